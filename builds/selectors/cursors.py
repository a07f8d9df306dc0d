"""Cursors: where the next page of a list starts, as a text that goes into an address and comes back."""

import base64
import binascii
from datetime import UTC, datetime, timedelta

from builds.querysets import Place
from versions.domain.refusals import Fault, Refusal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ID_LIMIT = 2**63


def cursor_of(place: Place) -> str:
    """The place as URL-safe text. Integers, so that it is exact."""
    written = f"{(place.created_at - _EPOCH) // _MICROSECOND}.{place.id}"
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place | None:
    """The place that a cursor stands for, None when there is no cursor. Raises Refusal `request::malformed`."""
    if not cursor:
        return None
    try:
        written = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
        instant, _dot, build_id = written.partition(".")
        place = Place(_EPOCH + int(instant) * _MICROSECOND, int(build_id))
    except (ValueError, binascii.Error, OverflowError) as error:
        raise _malformed() from error
    if not 0 < place.id < _ID_LIMIT:
        raise _malformed()
    return place


def _malformed() -> Refusal:
    return Refusal("request::malformed", faults=(Fault("cursor", "take it from the address of the next page"),))
