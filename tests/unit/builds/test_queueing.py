"""How queues are called."""

import pytest

from builds.domain.queueing import queue_name


@pytest.mark.parametrize(
    ("stack", "arch", "installation", "name"),
    [
        ("scalingo-22", "amd64", "portal", "builds.scalingo-22"),
        ("scalingo-22", "arm64", "portal", "builds.scalingo-22.arm64"),
        ("scalingo-22", "amd64", "staging", "staging.builds.scalingo-22"),
        ("scalingo-22", "arm64", "staging", "staging.builds.scalingo-22.arm64"),
    ],
)
def test_queue_names(stack: str, arch: str, installation: str, name: str) -> None:
    assert queue_name(stack, arch, installation=installation) == name
