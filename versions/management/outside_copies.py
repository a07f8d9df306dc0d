"""The text of an outside copy, from a file of this machine or from an address."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from versions.addresses.fetching import FetchLimits, fetch
from versions.addresses.origins import AllowedOrigins

MAX_COPY_BYTES = 16 * 1024 * 1024


def outside_text(name: str) -> str:
    """Raises CommandError for a file that can't be read, Refusal `address::…` for an address."""
    if "://" in name:
        body = bytearray()
        limits = FetchLimits(MAX_COPY_BYTES, seconds=60)
        fetch(name, AllowedOrigins.of(settings.FETCH_HOSTS), limits, body.extend)
        return body.decode(errors="replace")
    try:
        with Path(name).open("rb") as file:
            raw = file.read(MAX_COPY_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CommandError(f"{name} can't be read: {getattr(error, 'strerror', None) or error}.") from error
    if len(raw) > MAX_COPY_BYTES:
        raise CommandError(f"{name} is larger than {MAX_COPY_BYTES:,} bytes.")
    return raw.decode(errors="replace")
