"""The walk from error line to error line of a whole build, by what was counted when the log arrived."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum

from builds.domain.log_lines import LineKind, error_line_indexes, log_line
from builds.models import LogChunk
from builds.querysets import LogChunkQuerySet
from builds.selectors.log_bytes import line_start, open_line_of
from builds.selectors.step_rows import StepRow

_ROWS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class ErrorPlace:
    """An error line by its build-wide number; it is the `position`th of `total` in the build, counted from 1."""

    step: StepRow
    number: int
    position: int
    total: int


def error_after(steps: list[StepRow], *, number: int) -> ErrorPlace | None:
    """The first error line after the build-wide line `number`; the first of all where none follows; None: no errors."""
    found = next(_after(steps, number), None) or next(_after(steps, 0), None)
    return _place(steps, found) if found else None


def error_before(steps: list[StepRow], *, number: int) -> ErrorPlace | None:
    """The last error line before the build-wide line `number`; the last of all where none precedes it."""
    last = max((step.first_line + step.line_count for step in steps), default=1)
    found = next(_before(steps, number), None) or next(_before(steps, last), None)
    return _place(steps, found) if found else None


def error_at(steps: list[StepRow], *, number: int) -> ErrorPlace | None:
    """The error line `number` with its place among the others; None when it is none."""
    found = next(_after(steps, number - 1), None)
    return _place(steps, found) if found and found[1] == number else None


def error_counts(steps: list[StepRow]) -> dict[int, int]:
    """How many error lines were counted in each step, by its id; those without any are left out. One query."""
    rows = LogChunk.objects.filter(step_id__in=[step.id for step in steps]).exclude(error_lines=0)
    counts = rows.order_by().values_list("step_id").annotate(total=Sum("error_lines"))
    return {step_id: int(total) for step_id, total in counts if total}


def _place(steps: list[StepRow], found: tuple[StepRow, int]) -> ErrorPlace:
    step, number = found
    earlier = sum(_count(other) for other in steps if other.first_line < step.first_line)
    position = earlier + _count(step, before=number)
    return ErrorPlace(step, number, position + 1, sum(map(_count, steps)))


def _after(steps: list[StepRow], number: int) -> Iterator[tuple[StepRow, int]]:
    for step in steps:
        if step.first_line + step.line_count <= number + 1:
            continue
        wanted = max(number + 1 - step.first_line, 0)
        for index in _indexes_from(step, wanted):
            yield step, step.first_line + index
        if _is_open_line_error(step):
            yield step, step.first_line + step.line_count - 1


def _indexes_from(step: StepRow, wanted: int) -> Iterator[int]:
    """Error lines of a step from line `wanted` on, counted from 0, the open last line left out."""
    offset = _row_of_line(step, wanted)
    while rows := list(_with_errors(step).filter(offset__gte=offset).order_by("offset")[:_ROWS_AT_ONCE]):
        for row in rows:
            yield from (index for index in _indexes_in(step, row) if index >= wanted)
        offset = rows[-1].end


def _before(steps: list[StepRow], number: int) -> Iterator[tuple[StepRow, int]]:
    for step in reversed(steps):
        if step.first_line >= number:
            continue
        wanted = min(number - step.first_line, step.line_count)  # lines before this index
        if wanted == step.line_count and _is_open_line_error(step):
            yield step, step.first_line + step.line_count - 1
        offset = _row_of_line(step, wanted - 1)
        while rows := list(_with_errors(step).filter(offset__lte=offset).order_by("-offset")[:_ROWS_AT_ONCE]):
            for row in rows:
                for index in reversed(_indexes_in(step, row)):
                    if index < wanted:
                        yield step, step.first_line + index
            offset = rows[-1].offset - 1


def _count(step: StepRow, *, before: int | None = None) -> int:
    """Error lines of the step, or those before the build-wide line `before` alone."""
    rows = _with_errors(step)
    wanted = step.line_count if before is None else before - step.first_line
    last = None
    if before is not None:
        offset = _row_of_line(step, wanted)
        rows, last = rows.filter(offset__lt=offset), _with_errors(step).filter(offset=offset).first()
    total = int(rows.aggregate(total=Sum("error_lines"))["total"] or 0)
    for uncounted in list(rows.filter(error_lines=None).values_list("pk", flat=True)):
        total += len(_indexes_in(step, LogChunk.objects.get(pk=uncounted)))
    if last is not None:
        total += sum(index < wanted for index in _indexes_in(step, last))
    return total + (before is None and _is_open_line_error(step))


def _with_errors(step: StepRow) -> LogChunkQuerySet:
    """Rows in which error lines end, and those whose lines nobody counted."""
    chunks = LogChunk.objects.filter(step_id=step.id, offset__lt=step.log_size).exclude(error_lines=0)
    assert isinstance(chunks, LogChunkQuerySet)
    return chunks


def _row_of_line(step: StepRow, index: int) -> int:
    """Offset of the row in which line `index` of the step ends, or that its end will come behind."""
    rows = LogChunk.objects.filter(step_id=step.id, offset__lt=step.log_size, newlines_before__lte=index)
    return rows.order_by("-newlines_before", "-offset").values_list("offset", flat=True).first() or 0


def _indexes_in(step: StepRow, row: LogChunk) -> list[int]:
    """The error lines that end in the row, by their index in the step."""
    before = line_start(step_id=step.id, index=row.newlines_before, log_size=row.offset) if row.offset else b""
    return [row.newlines_before + index for index in error_line_indexes(bytes(row.data), before=before)]


def _is_open_line_error(step: StepRow) -> bool:
    """Whether the last line, which has not ended, reads like an error so far."""
    if not step.is_line_open:
        return False
    line = open_line_of(step_id=step.id, log_size=step.log_size, newlines=step.line_count - 1)
    return log_line(line, number=0).kind is LineKind.ERROR
