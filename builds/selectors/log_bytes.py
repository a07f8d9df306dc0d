"""The bytes of a step's log, exactly as they were appended."""

import hashlib
from collections.abc import Iterator

from builds.domain.log_lines import MAX_LINE_BYTES
from builds.models import LogChunk

ROWS_AT_ONCE = 8  # a row holds up to 256 KiB


def log_bytes(*, step_id: int, start: int, end: int) -> bytes:
    """Bytes [start, end) as far as they are stored; empty beyond the log's end."""
    if end <= start:
        return b""
    chunks = LogChunk.objects.filter(step_id=step_id).overlapping(start, end).values_list("offset", "data")
    found = [(offset, bytes(data)) for offset, data in chunks]
    if not found:
        return b""
    first = found[0][0]
    return b"".join(data for _offset, data in found)[start - first : end - first]


def log_pieces(*, step_id: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Bytes [start, end) of the log, piece by piece, however long it is. `end` None: all that is stored.

    Where bytes were let go, a line in their place says how many.
    """
    position = start
    chunks = LogChunk.objects.filter(step_id=step_id).order_by("offset").values_list("offset", "data")
    if end is not None:
        chunks = chunks.filter(offset__lt=end)
    while rows := list(chunks.filter(end__gt=position)[:ROWS_AT_ONCE]):
        for offset, data in rows:
            gap = offset - position
            if gap > 0:
                yield gap_mark(gap)
            yield bytes(data)[max(position - offset, 0) : None if end is None else end - offset]
            position = offset + len(data)


def open_line_of(*, step_id: int, log_size: int, newlines: int) -> bytes:
    """The beginning, as far as pages show it, of the last line of a log that does not end with a newline."""
    end = log_bytes(step_id=step_id, start=max(log_size - MAX_LINE_BYTES, 0), end=log_size)
    if b"\n" in end or log_size <= MAX_LINE_BYTES:
        return end[end.rfind(b"\n") + 1 :]
    return line_start(step_id=step_id, index=newlines, log_size=log_size)


def line_start(*, step_id: int, index: int, log_size: int) -> bytes:
    """The first bytes of line `index`, counted from 0 within the step, as far as pages show it.

    Of a line whose beginning was let go, the first that are left.
    """
    chunks = LogChunk.objects.filter(step_id=step_id, newlines_before__lt=index)
    row = chunks.order_by("-newlines_before", "-offset").values_list("offset", "end", "newlines_before").first()
    offset, end, before = row if index and row else (0, 0, index)
    data = log_bytes(step_id=step_id, start=offset, end=min(end + MAX_LINE_BYTES, log_size))
    lines = data.split(b"\n", index - before + 1)
    return lines[index - before][:MAX_LINE_BYTES] if len(lines) > index - before else b""


def gap_mark(size: int) -> bytes:
    """The line that stands where `size` bytes were let go, as builders write it too."""
    return b"\n[%d bytes of output left out here]\n" % size


def served_size(*, start: int, end: int, gap_start: int | None, gap_end: int | None) -> int:
    """How many bytes `log_pieces` gives."""
    if gap_start is None or gap_end is None or start >= gap_end or end <= gap_start:
        return end - start
    left_out = gap_end - max(start, gap_start)
    return end - start - left_out + len(gap_mark(left_out))


def log_sha256(*, step_id: int) -> str:
    """SHA-256 of the whole log, as 64 hex digits."""
    digest = hashlib.sha256()
    for piece in log_pieces(step_id=step_id):
        digest.update(piece)
    return digest.hexdigest()
