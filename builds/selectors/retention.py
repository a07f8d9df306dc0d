"""What was pruned, and under which policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from builds.models import RetentionRun

RUNS_SHOWN = 50
ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class RunRow:
    started_at: datetime
    finished_at: datetime | None
    is_dry_run: bool
    days: int | None
    builds_an_app: int | None
    policy_bytes: int | None
    by_age: int
    by_number: int
    by_size: int
    log_bytes: int


def retention_runs() -> list[RunRow]:
    """The latest runs, newest first."""
    return [_row(run) for run in RetentionRun.objects.all()[:RUNS_SHOWN]]


def every_retention_run() -> Iterator[RunRow]:
    """All runs, newest first, read in batches as they are taken."""
    for run in RetentionRun.objects.iterator(chunk_size=ROWS_AT_ONCE):
        yield _row(run)


def _row(run: RetentionRun) -> RunRow:
    return RunRow(
        started_at=run.started_at,
        finished_at=run.finished_at,
        is_dry_run=run.is_dry_run,
        days=run.policy.get("days"),
        builds_an_app=run.policy.get("builds_an_app"),
        policy_bytes=run.policy.get("log_bytes"),
        by_age=run.builds_by_age,
        by_number=run.builds_by_number,
        by_size=run.builds_by_size,
        log_bytes=run.log_bytes,
    )
