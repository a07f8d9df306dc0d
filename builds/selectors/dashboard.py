"""The dashboard's figures of builds: how many, how many failed, how long they took, why they failed, on which Python.

Hours that are counted (services/rolling_up.py) are added up; what has come since is read from the builds themselves,
the newest of them only where nothing was counted yet. So the page costs the same however many builds there are.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from builds.domain.durations import percentile
from builds.domain.statuses import BuildStatus
from builds.models import Build
from builds.selectors.hours import FreshBuilds, Tally, counts_by_day, fresh_builds, series_in_use, tally
from versions.domain.version import Series

REASONS_SHOWN = 6
DAYS_SHOWN = 30
IN_PROGRESS_CAP = 5000
SUCCESSES = frozenset({BuildStatus.SUCCEEDED.value})
FAILURES = frozenset({BuildStatus.FAILED.value, BuildStatus.LOST.value})


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one window. `failure_percent` is None while no build of it is over; durations are None alike, in seconds."""

    builds: int
    is_capped: bool
    failure_percent: float | None
    median_seconds: float | None
    p95_seconds: float | None


@dataclass(frozen=True, slots=True)
class FailureReason:
    code: str
    builds: int


@dataclass(frozen=True, slots=True)
class SeriesUse:
    """How many different apps built on a series in the window."""

    series: Series
    apps: int


@dataclass(frozen=True, slots=True)
class DayOfBuilds:
    """Builds begun on a day (UTC): those that succeeded, those that failed or were lost, all others."""

    day: date
    succeeded: int
    failed: int
    others: int

    @property
    def failure_percent(self) -> float | None:
        """None on a day on which no build ended."""
        ended = self.succeeded + self.failed
        return 100 * self.failed / ended if ended else None


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What the dashboard says about builds between `now - days` and `now`, and the same length of time before it."""

    days: int
    now: Figures
    before: Figures
    in_progress: int
    reasons: tuple[FailureReason, ...]
    series: tuple[SeriesUse, ...]
    by_day: tuple[DayOfBuilds, ...]

    @property
    def failure_change_points(self) -> float | None:
        """Percentage points by which the failure rate rose (above 0) or fell, None when there is nothing to compare."""
        if self.now.failure_percent is None or self.before.failure_percent is None:
            return None
        return self.now.failure_percent - self.before.failure_percent


def build_summary(*, now: datetime, days: int = 7) -> BuildSummary:
    """Ten queries, whatever there is."""
    length = timedelta(days=days)
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=DAYS_SHOWN - 1)
    fresh = fresh_builds(since=min(now - 2 * length, midnight), until=now)
    window = tally(fresh, since=now - length, until=now)
    return BuildSummary(
        days=days,
        now=_figures(window),
        before=_figures(tally(fresh, since=now - 2 * length, until=now - length)),
        in_progress=Build.objects.all().in_progress().order_by()[: IN_PROGRESS_CAP + 1].count(),
        reasons=_reasons(window),
        series=tuple(
            SeriesUse(Series(major, minor), apps) for major, minor, apps in series_in_use(since=now - length, until=now)
        ),
        by_day=_by_day(fresh, midnight, now),
    )


def _figures(window: Tally) -> Figures:
    ended = _number(window, SUCCESSES | FAILURES)
    return Figures(
        builds=window.builds - window.is_capped,
        is_capped=window.is_capped,
        failure_percent=100 * _number(window, FAILURES) / ended if ended else None,
        median_seconds=percentile(window.lengths, 0.5),
        p95_seconds=percentile(window.lengths, 0.95),
    )


def _number(window: Tally, statuses: frozenset[str]) -> int:
    return sum(builds for (status, _code), builds in window.counts.items() if status in statuses)


def _by_day(fresh: FreshBuilds, since: datetime, now: datetime) -> tuple[DayOfBuilds, ...]:
    """The last days without a gap. Where not all builds were read, they begin with the first whole day of those."""
    counts = counts_by_day(fresh, since=since, until=now)
    first = since.date()
    if fresh.is_capped:
        first = fresh.rows[-1].created_at.astimezone(UTC).date() + timedelta(days=1)
    days = (first + timedelta(days=step) for step in range((now.date() - first).days + 1))
    return tuple(_day(day, {status.value: counts[day, status.value] for status in BuildStatus}) for day in days)


def _day(day: date, counts: dict[str, int]) -> DayOfBuilds:
    succeeded = sum(counts[status] for status in SUCCESSES)
    failed = sum(counts[status] for status in FAILURES)
    return DayOfBuilds(day, succeeded, failed, sum(counts.values()) - succeeded - failed)


def _reasons(window: Tally) -> tuple[FailureReason, ...]:
    found: Counter[str] = Counter()
    for (_status, code), builds in window.counts.items():
        if code:
            found[code] += builds
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FailureReason(code, builds) for code, builds in ordered[:REASONS_SHOWN])
