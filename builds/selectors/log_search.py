"""Lines of a whole log that hold a text, or read like errors. One pass over the bytes, in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from builds.domain.log_lines import LineKind, LogLine, log_line
from builds.models import LogChunk
from builds.selectors.step_rows import StepRow

MAX_HITS = 500
MAX_TEXT_CHARACTERS = 200
_ROWS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class LogHits:
    """Lines in their order, each with its step. `is_capped` when there are more."""

    hits: tuple[tuple[StepRow, LogLine], ...]
    is_capped: bool


def lines_with(text: str, steps: list[StepRow]) -> LogHits:
    """Lines that hold the text, whatever its case, as it was printed."""
    wanted = text.encode("utf-8", "surrogateescape").lower()
    return _found((step, line) for step in steps for line in _lines_of(step, wanted) if wanted)


def error_lines(steps: list[StepRow], *, after: int = 0) -> LogHits:
    """Lines after the build-wide number `after` that read like errors."""
    return _found(
        (step, line)
        for step in steps
        if step.first_line + step.line_count > after
        for line in _lines_of(step, b"")
        if line.number > after and line.kind is LineKind.ERROR
    )


def _found(hits: Iterator[tuple[StepRow, LogLine]]) -> LogHits:
    found: list[tuple[StepRow, LogLine]] = []
    for hit in hits:
        if len(found) >= MAX_HITS:
            return LogHits(tuple(found), is_capped=True)
        found.append(hit)
    return LogHits(tuple(found), is_capped=False)


def _lines_of(step: StepRow, wanted: bytes) -> Iterator[LogLine]:
    """The lines that hold `wanted` in lower case. A line longer than what is kept of it is searched in that part."""
    for number, line in _raw_lines(step):
        if wanted in line.lower():
            yield log_line(line, number=number)


def _raw_lines(step: StepRow) -> Iterator[tuple[int, bytes]]:
    rest, number, position = b"", step.first_line, 0
    while True:
        chunks = LogChunk.objects.filter(step_id=step.id, offset__gte=position, offset__lt=step.log_size)
        rows = list(chunks.order_by("offset").values_list("offset", "newlines_before", "data")[:_ROWS_AT_ONCE])
        if not rows:
            break
        for offset, newlines, data in rows:
            if offset != position:  # behind a gap; what stands before it has no end
                rest, number = b"", step.first_line + newlines
            *lines, last = bytes(data).split(b"\n")
            for line in lines:
                yield number, rest + line
                rest, number = b"", number + 1
            # Of an endless line a part is enough to search.
            rest = (rest + last)[: 256 * 1024]
            position = offset + len(data)
    if rest:
        yield number, rest
