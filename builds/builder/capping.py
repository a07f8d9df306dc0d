"""Keeps a step's output within bounds: the beginning and the end stay, the gap between them is marked."""

HEAD_BYTES = 64 * 1024**2
TAIL_BYTES = 256 * 1024


class CappedOutput:
    """Passes the first `head` bytes on at once, then keeps only the newest `tail` bytes for the end."""

    def __init__(self, *, head: int = HEAD_BYTES, tail: int = TAIL_BYTES) -> None:
        self._room = head
        self._tail = tail
        self._kept = bytearray()
        self._left_out = 0

    def feed(self, data: bytes) -> bytes:
        """The part of `data` that goes on now."""
        passed, rest = data[: self._room], data[self._room :]
        self._room -= len(passed)
        if rest:
            self._kept += rest
            excess = len(self._kept) - self._tail
            if excess > 0:
                self._left_out += excess
                del self._kept[:excess]
        return passed

    def flush(self) -> bytes:
        """The end of the output, behind a line that says how much is missing before it."""
        rest = bytes(self._kept)
        self._kept.clear()
        if not self._left_out:
            return rest
        mark = f"\n[{self._left_out} bytes of output left out here]\n"
        self._left_out = 0
        return mark.encode() + rest
