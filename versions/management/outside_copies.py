"""The text of an outside copy, from a file of this machine or from an address."""

from pathlib import Path

from django.core.management.base import CommandError

from versions.domain.outside import is_address
from versions.services.outside_texts import MAX_COPY_BYTES, fetched_bytes


def outside_text(name: str) -> str:
    """Raises CommandError for a file that can't be read, Refusal `address::…` for an address."""
    if is_address(name):
        return fetched_bytes(url=name).decode(errors="replace")
    try:
        with Path(name).open("rb") as file:
            raw = file.read(MAX_COPY_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"{name} can't be read: {getattr(error, 'strerror', None) or error}.") from error
    if len(raw) > MAX_COPY_BYTES:
        raise CommandError(f"{name} is larger than {MAX_COPY_BYTES:,} bytes.")
    return raw.decode(errors="replace")
