"""When a run that is told afterwards took place. The sender's clock is believed as far as it can be right."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from builds.services.step_instants import TOLERATED_SKEW

LONGEST_RUN = timedelta(days=7)
_EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)  # no platform's history goes back further


class RunInstants(NamedTuple):
    started_at: datetime
    finished_at: datetime


def run_instants(
    *, started: datetime | None, finished: datetime | None, total_seconds: float | None, now: datetime
) -> RunInstants:
    """Both instants in the past of the database's clock, in their order.

    History is brought along from other systems, so an old run stays where it was. One that ends in the future, or
    before it began, is placed to end now; its length stays where it can be true.
    """
    length = _length(started, finished, total_seconds)
    if started is not None and finished is None:
        finished = _shifted(started, length)
    if finished is None or not _EARLIEST + LONGEST_RUN <= finished <= now + TOLERATED_SKEW:
        finished = now
    finished = min(finished, now)
    return RunInstants(finished - length, finished)


def _length(started: datetime | None, finished: datetime | None, total_seconds: float | None) -> timedelta:
    if started is not None and finished is not None and timedelta(0) <= finished - started <= LONGEST_RUN:
        return finished - started
    return min(timedelta(seconds=total_seconds or 0), LONGEST_RUN)


def _shifted(instant: datetime, length: timedelta) -> datetime | None:
    try:
        return instant + length
    except OverflowError:
        return None
