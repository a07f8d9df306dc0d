"""Parts of a step's log, as lines: its end, or from a line on. What they cost depends on the part, not on the log."""

from dataclasses import dataclass

from builds.domain.log_lines import LogLine, log_lines
from builds.models import LogChunk
from builds.selectors.step_rows import StepRow

WINDOW_LINES = 2000
WINDOW_BYTES = 2 * 1024 * 1024  # read at most for one window, however long its lines are


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Consecutive lines of a step. The counts tell how many of its lines lie before and after them."""

    lines: tuple[LogLine, ...]
    lines_before: int
    lines_after: int

    @property
    def next_number(self) -> int | None:
        """The build-wide number of the first line after the window, None when there is none."""
        return self.lines[-1].number + 1 if self.lines and self.lines_after else None


EMPTY = LogWindow((), 0, 0)


def log_end(step: StepRow, *, limit: int = WINDOW_LINES) -> LogWindow:
    """The last `limit` lines of the step, fewer when they are very long."""
    wanted = max(step.line_count - limit, 0)  # index of the first line, from 0
    pieces: list[bytes] = []
    size, newlines, start = 0, 0, 0
    # Of a log with a gap, the end begins behind the gap.
    kept = LogChunk.objects.filter(step_id=step.id, offset__lt=step.log_size, offset__gte=step.gap_end or 0)
    chunks = kept.order_by("-offset")
    for offset, newlines, data in chunks.values_list("offset", "newlines_before", "data").iterator(chunk_size=8):
        pieces.append(bytes(data))
        start = offset
        size += len(data)
        if newlines < wanted or size >= WINDOW_BYTES:
            break
    if not pieces:
        return EMPTY
    return _window(step, b"".join(reversed(pieces)), newlines, wanted, is_cut=start > 0 and newlines >= wanted)


def log_from(step: StepRow, *, number: int, limit: int = WINDOW_LINES) -> LogWindow:
    """At most `limit` lines from the build-wide line `number` on; from the gap's end for a line that was let go."""
    wanted = max(number - step.first_line, 0)
    if wanted >= step.line_count:
        return LogWindow((), step.line_count, 0)
    chunks = LogChunk.objects.filter(step_id=step.id, offset__lt=step.log_size)
    start = (
        chunks.filter(newlines_before__lt=wanted).order_by("-newlines_before", "-offset").values_list("offset").first()
    )
    data, before = _rows_from(step, start[0] if start else 0, wanted + limit)
    if step.gap_end is not None and data.count(b"\n") < wanted - before:
        data, before = _rows_from(step, step.gap_end, wanted + limit)
        wanted = max(wanted, before)
    return _window(step, data, before, wanted, limit=limit)


def _rows_from(step: StepRow, offset: int, last_line: int) -> tuple[bytes, int]:
    """Stored bytes from the row at `offset` on, up to a line, a size or a gap; and the newlines before them."""
    pieces: list[bytes] = []
    size, before, position = 0, 0, offset
    rows = LogChunk.objects.filter(step_id=step.id, offset__lt=step.log_size, offset__gte=offset).order_by("offset")
    for place, newlines, data in rows.values_list("offset", "newlines_before", "data").iterator(chunk_size=8):
        if not pieces:
            before = newlines
        elif newlines >= last_line or size >= WINDOW_BYTES or place != position:
            break
        pieces.append(bytes(data))
        size += len(data)
        position = place + len(data)
    return b"".join(pieces), before


def _window(
    step: StepRow, data: bytes, newlines: int, wanted: int, *, limit: int = WINDOW_LINES, is_cut: bool = False
) -> LogWindow:
    """The lines of `data`, which begins in line `newlines` of the step, from line `wanted` on."""
    position = 0
    for _skipped in range(wanted - newlines):
        position = data.find(b"\n", position) + 1
    first = max(wanted, newlines)
    found = log_lines(data[position:], first_number=step.first_line + first, is_first_cut=is_cut)
    lines = tuple(line for _index, line in zip(range(limit), found, strict=False))
    return LogWindow(lines, first, max(step.line_count - first - len(lines), 0))
