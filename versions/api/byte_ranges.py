"""One byte range of a request (RFC 9110, section 14), as far as resumed downloads need it."""

import re
from typing import NamedTuple


class ByteRange(NamedTuple):
    """First and last byte, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


_FORM = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Unsatisfiable(Exception):
    """The range lies beyond the end."""


def requested_range(header: str, size: int) -> ByteRange | None:
    """The range that a Range header asks for; None when all bytes are to be sent, as for what isn't understood.

    Raises Unsatisfiable when it starts beyond the last byte.
    """
    match = _FORM.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    start, end = match.groups()
    if not start:
        length = min(int(end), size)
        if length == 0:
            raise Unsatisfiable
        return ByteRange(size - length, size - 1)
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    if end and int(end) < int(start):
        return None
    if first >= size:
        raise Unsatisfiable
    return ByteRange(first, last)
