"""What an answer holds, streamed or not."""

from typing import Any


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)
