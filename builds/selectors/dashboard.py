"""The dashboard's figures of builds: how many, how many failed, how long they took, why they failed, on which Python.

Hours that are counted (services/rolling_up.py) are added up; what has come since is read from the builds themselves,
the newest of them only where nothing was counted yet. So the page costs the same however many builds there are.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from builds.domain.durations import percentile
from builds.domain.statuses import BuildStatus
from builds.selectors.hours import (
    FreshBuilds,
    Span,
    Tally,
    counted_hours,
    counts_by_day,
    fresh_builds,
    series_in_use,
    standing,
    tally,
)
from versions.domain.version import Series

REASONS_SHOWN = 6
DAYS_SHOWN = 30
SUCCESSES = frozenset({BuildStatus.SUCCEEDED.value})
FAILURES = frozenset({BuildStatus.FAILED.value, BuildStatus.LOST.value})


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one window. `failure_percent` is None while no build of it is over; durations in seconds are None alike, and
    for the window before, of which nobody asks them."""

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
    """Four queries, whatever there is."""
    length = timedelta(days=days)
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=DAYS_SHOWN - 1)
    span = Span(midnight=midnight, before=now - 2 * length, since=now - length, until=now)
    stands, counted = standing(span), counted_hours(span)
    fresh = fresh_builds(span, stands.rolled_until)
    window = tally(counted.now, fresh, stands.lengths, since=span.since, until=now)
    before = tally(counted.before, fresh, [], since=span.before, until=span.since)
    series = series_in_use(span, stands.rolled_until)
    return BuildSummary(
        days=days,
        now=_figures(window),
        before=_figures(before),
        in_progress=stands.in_progress,
        reasons=_reasons(window),
        series=tuple(SeriesUse(Series(major, minor), apps) for major, minor, apps in series),
        by_day=_by_day(counts_by_day(counted, fresh, span=span), fresh, span),
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


def _by_day(counts: Counter[tuple[date, str]], fresh: FreshBuilds, span: Span) -> tuple[DayOfBuilds, ...]:
    """The last days without a gap. Where not all builds were read, they begin with the first whole day of those."""
    first = span.midnight.date()
    if fresh.is_capped:
        first = fresh.rows[-1].created_at.astimezone(UTC).date() + timedelta(days=1)
    days = (first + timedelta(days=step) for step in range((span.until.date() - first).days + 1))
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
