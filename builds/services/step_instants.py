"""When a step ran, on the database's clock, whatever the builder's clock says."""

from datetime import datetime, timedelta
from typing import NamedTuple

# Two machines with time synchronisation differ by far less; a clock that is an hour off differs by far more.
TOLERATED_SKEW = timedelta(seconds=5)
_MILLISECOND = timedelta(milliseconds=1)


class StepInstants(NamedTuple):
    """Both instants lie within the build's life so far. `duration_ms` is None while the step runs."""

    started_at: datetime
    finished_at: datetime | None
    duration_ms: int | None


def running_since(*, reported: datetime | None, build_started_at: datetime, now: datetime) -> StepInstants:
    """A step that runs: since the reported instant when that can be true, else since now."""
    return StepInstants(_plausible(reported, build_started_at, now) or now, None, None)


def finished_at(
    *,
    started: datetime | None,
    finished: datetime | None,
    known_start: datetime | None,
    build_started_at: datetime,
    now: datetime,
) -> StepInstants:
    """A step that is over. `started` and `finished` are the builder's, `known_start` is the database's, if any.

    The difference of the builder's instants is right even where its clock is off, so it is kept as the duration as
    long as it fits into the build's life; then the step is placed to end now.
    """
    duration = finished - started if started and finished else None
    if duration is None or not timedelta(0) <= duration <= now - build_started_at + TOLERATED_SKEW:
        began = known_start or _plausible(started, build_started_at, now) or now
        return StepInstants(began, max(began, now), (max(began, now) - began) // _MILLISECOND)
    told = _plausible(started, build_started_at, now), _plausible(finished, build_started_at, now)
    if told[0] is not None and told[1] is not None:
        return StepInstants(told[0], told[1], duration // _MILLISECOND)
    end = max(now, known_start or now)
    return StepInstants(known_start or max(end - duration, min(build_started_at, end)), end, duration // _MILLISECOND)


def _plausible(instant: datetime | None, build_started_at: datetime, now: datetime) -> datetime | None:
    """The instant, moved into the build's life where it misses it by a tolerable skew; None when it is far outside."""
    if instant is None or not build_started_at - TOLERATED_SKEW <= instant <= now + TOLERATED_SKEW:
        return None
    return max(min(instant, now), min(build_started_at, now))
