"""The bytes of an outside copy: from an address, behind the guard, or from the installation's own folder."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from versions.addresses.fetching import FetchLimits, fetch
from versions.addresses.origins import AllowedOrigins
from versions.domain.outside import is_address, location_problem
from versions.domain.refusals import Refusal

MAX_COPY_BYTES = 16 * 1024 * 1024
_SECONDS = 60
_IDLE_SECONDS = 20


class OutsideText(NamedTuple):
    """`size` in bytes; what is no UTF-8 is marked in the text."""

    text: str
    sha256: str
    size: int


def outside_text(*, location: str) -> OutsideText:
    """Raises Refusal `address::…`, or `outside::file-unreadable` for a file of the folder `outside`."""
    raw = fetched_bytes(url=location) if is_address(location) else _file_bytes(location)
    return OutsideText(raw.decode(errors="replace"), hashlib.sha256(raw).hexdigest(), len(raw))


def fetched_bytes(*, url: str) -> bytes:
    """Raises Refusal `address::…`."""
    body = bytearray()
    limits = FetchLimits(MAX_COPY_BYTES, seconds=_SECONDS, idle_seconds=_IDLE_SECONDS)
    fetch(url, AllowedOrigins.of(settings.FETCH_HOSTS), limits, body.extend)
    return bytes(body)


def _file_bytes(name: str) -> bytes:
    folder = Path(settings.OUTSIDE_FOLDER).resolve()
    if location_problem(name):
        raise Refusal("outside::file-unreadable", name=name, problem="it has no plain name")
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise Refusal("outside::file-unreadable", name=name, problem="it leads out of the folder")
        if not path.is_file():
            raise Refusal("outside::file-unreadable", name=name, problem="there is no such file")
        with path.open("rb") as file:
            raw = file.read(MAX_COPY_BYTES + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        problem = getattr(error, "strerror", None) or "it leads in a circle"
        raise Refusal("outside::file-unreadable", name=name, problem=problem) from error
    if len(raw) > MAX_COPY_BYTES:
        raise Refusal("outside::file-unreadable", name=name, problem=f"it has more than {MAX_COPY_BYTES} bytes")
    return raw
