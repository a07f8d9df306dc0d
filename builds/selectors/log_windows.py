"""Parts of a step's log, as lines: its end, or from a line on. What they cost depends on the part, not on the log.

Every query says how many rows and bytes it wants: a cursor that is read only so far would still have the server put the
whole log aside for it.
"""

from dataclasses import dataclass
from datetime import datetime

from builds.domain.log_lines import LogLine, log_lines
from builds.models import LogChunk
from builds.querysets import LogChunkQuerySet
from builds.selectors.step_rows import StepRow

WINDOW_LINES = 1000  # more of them take longer to make than all the rest of a page
WINDOW_BYTES = 2 * 1024 * 1024  # read at most for one window, however long its lines are
WINDOW_ROWS = 8 * WINDOW_LINES  # read at most, however short the pieces are in which a log came


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Consecutive lines of a step, and when the portal got the beginning of each.

    The counts tell how many of the step's lines lie before and after them.
    """

    lines: tuple[LogLine, ...]
    lines_before: int
    lines_after: int
    received_at: tuple[datetime, ...] = ()

    @property
    def next_number(self) -> int | None:
        """The build-wide number of the first line after the window, None when there is none."""
        return self.lines[-1].number + 1 if self.lines and self.lines_after else None


EMPTY = LogWindow((), 0, 0)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Stored bytes without a gap, from `offset` on; `newlines` lie before them. `arrivals`: where rows begin, and when
    they came.
    """

    offset: int
    newlines: int
    data: bytes
    arrivals: tuple[tuple[int, datetime], ...]

    @property
    def end(self) -> int:
        return self.offset + len(self.data)

    def line_at(self, index: int) -> int:
        """Where line `index` of the step begins in `data`."""
        position = 0
        for _skipped in range(index - self.newlines):
            position = self.data.find(b"\n", position) + 1
        return position


def log_end(step: StepRow, *, limit: int = WINDOW_LINES) -> LogWindow:
    """The last `limit` lines of the step, fewer when they are very long or came in very small pieces."""
    wanted = max(step.line_count - limit, 0)  # index of the first line, from 0
    # Of a log with a gap, the end begins behind the gap.
    earliest = max(step.gap_end or 0, step.log_size - WINDOW_BYTES, 0)
    before = _chunks(step).filter(newlines_before__lt=wanted).order_by("-newlines_before", "-offset")
    offset = max(before.values_list("offset", flat=True).first() or 0, earliest)
    chunks = _chunks(step).filter(offset__gte=offset).order_by("-offset")
    rows = list(chunks.values_list(*_COLUMNS)[:WINDOW_ROWS])
    stretch = _stretch(rows[::-1])
    if stretch is None:
        return EMPTY
    return _window(step, stretch, wanted, limit=limit)


def log_from(step: StepRow, *, number: int, limit: int = WINDOW_LINES) -> LogWindow:
    """At most `limit` lines from the build-wide line `number` on; from the gap's end for a line that was let go."""
    wanted = max(number - step.first_line, 0)
    if wanted >= step.line_count:
        return LogWindow((), step.line_count, 0)
    before = _chunks(step).filter(newlines_before__lt=wanted).order_by("-newlines_before", "-offset")
    offset = before.values_list("offset", flat=True).first()
    stretch = _stretch_from(step, offset or 0, wanted + limit)
    if step.gap_end is not None and (stretch is None or stretch.data.count(b"\n") < wanted - stretch.newlines):
        stretch = _stretch_from(step, step.gap_end, max(wanted, 0) + limit)
        wanted = max(wanted, stretch.newlines if stretch else 0)
    if stretch is None:
        return LogWindow((), step.line_count, 0)
    return _window(step, stretch, wanted, limit=limit)


_COLUMNS = ("offset", "newlines_before", "data", "received_at")
_Row = tuple[int, int, bytes, datetime]


def _chunks(step: StepRow) -> LogChunkQuerySet:
    """The rows that were there when the step was read; later ones would not fit its counts."""
    chunks = LogChunk.objects.filter(step_id=step.id, offset__lt=step.log_size)
    assert isinstance(chunks, LogChunkQuerySet)
    return chunks


def _stretch_from(step: StepRow, offset: int, last_line: int) -> _Stretch | None:
    """Stored bytes from the row at `offset` on, up to a line, a size or a gap."""
    chunks = _chunks(step).filter(offset__gte=offset, offset__lt=offset + WINDOW_BYTES, newlines_before__lt=last_line)
    return _stretch(list(chunks.order_by("offset").values_list(*_COLUMNS)[:WINDOW_ROWS]))


def _stretch(rows: list[_Row]) -> _Stretch | None:
    """The rows joined up to the first gap between them."""
    pieces: list[bytes] = []
    arrivals = []
    position = rows[0][0] if rows else 0
    for offset, _newlines, data, received_at in rows:
        if offset != position:
            break
        pieces.append(bytes(data))
        arrivals.append((offset, received_at))
        position += len(data)
    return _Stretch(rows[0][0], rows[0][1], b"".join(pieces), tuple(arrivals)) if rows else None


def _window(step: StepRow, stretch: _Stretch, wanted: int, *, limit: int) -> LogWindow:
    """Lines of the stretch from line `wanted` of the step on, or from its beginning where that comes later."""
    first = max(wanted, stretch.newlines)
    position = stretch.line_at(first)
    is_cut = stretch.offset > 0 and first == stretch.newlines and not _begins_line(step, stretch)
    data = stretch.data[position:]
    if stretch.end < step.log_size and b"\n" in data:
        data = data[: data.rfind(b"\n") + 1]  # the next window begins with the line that is not whole here
    found = log_lines(data, first_number=step.first_line + first, is_first_cut=is_cut)
    lines = tuple(line for _index, line in zip(range(limit), found, strict=False))
    after = max(step.line_count - first - len(lines), 0)
    return LogWindow(lines, first, after, _instants(stretch, position, len(lines)))


def _begins_line(step: StepRow, stretch: _Stretch) -> bool:
    """Whether the byte before the stretch is a newline, as far as it is stored."""
    row = LogChunk.objects.filter(step_id=step.id, end=stretch.offset).values_list("data", flat=True).first()
    return row is not None and bytes(row).endswith(b"\n")


def _instants(stretch: _Stretch, position: int, count: int) -> tuple[datetime, ...]:
    """When each of the `count` lines from `position` of the stretch on began to arrive."""
    starts = [offset - stretch.offset for offset, _received_at in stretch.arrivals]
    ends = [*starts[1:], len(stretch.data)]
    row, found = 0, []
    for _line in range(count):
        while position >= ends[row] and row + 1 < len(ends):
            row += 1
        found.append(stretch.arrivals[row][1])
        position = stretch.data.find(b"\n", position) + 1
    return tuple(found)
