"""Steps of builds as finished rows."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from builds.domain.statuses import StepStatus
from builds.models import Step


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step. Lines are numbered through a build: this step's begin at `first_line`, counted from 1."""

    id: int
    name: str
    status: StepStatus
    exit_code: int | None
    started_at: datetime | None
    finished_at: datetime | None
    duration_seconds: float | None
    command: str
    skip_reason: str
    log_size: int
    line_count: int
    first_line: int
    gap_start: int | None = None
    gap_end: int | None = None
    is_line_open: bool = False


class _Stored(NamedTuple):
    """What a row is made of. A page of builds has hundreds of steps, and a model of each would cost thrice as much."""

    build_id: int
    id: int
    name: str
    status: str
    exit_code: int | None
    started_at: datetime | None
    finished_at: datetime | None
    duration_ms: int | None
    command: str
    skip_reason: str
    log_size: int
    log_newlines: int
    gap_start: int | None
    gap_end: int | None
    is_log_line_open: bool

    @property
    def line_count(self) -> int:
        """Lines printed so far, a last one without its newline included."""
        return self.log_newlines + self.is_log_line_open


def step_rows(build_ids: Collection[int]) -> dict[int, list[StepRow]]:
    """The steps of each build in the order in which they were first reported, in one query."""
    rows: dict[int, list[StepRow]] = defaultdict(list)
    for values in Step.objects.filter(build_id__in=build_ids).in_order().values_list(*_Stored._fields):
        step = _Stored(*values)
        before = rows[step.build_id]
        first_line = before[-1].first_line + before[-1].line_count if before else 1
        before.append(_row(step, first_line))
    return rows


def step_row(*, build_id: int, name: str) -> StepRow | None:
    """One step of a build, None when the build has no such step."""
    return next((row for row in step_rows([build_id])[build_id] if row.name == name), None)


def _row(step: _Stored, first_line: int) -> StepRow:
    return StepRow(
        id=step.id,
        name=step.name,
        status=StepStatus(step.status),
        exit_code=step.exit_code,
        started_at=step.started_at,
        finished_at=step.finished_at,
        duration_seconds=_duration_seconds(step),
        command=step.command,
        skip_reason=step.skip_reason,
        log_size=step.log_size,
        line_count=step.line_count,
        first_line=first_line,
        gap_start=step.gap_start,
        gap_end=step.gap_end,
        is_line_open=step.is_log_line_open,
    )


def _duration_seconds(step: _Stored) -> float | None:
    """What the builder measured, else the time between the instants."""
    if step.duration_ms is not None:
        return step.duration_ms / 1000
    if step.started_at is None or step.finished_at is None:
        return None
    return round((step.finished_at - step.started_at).total_seconds(), 3)
