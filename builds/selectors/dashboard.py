"""The dashboard's figures of builds: how many, how many failed, how long they took, why they failed, on which Python.

All of them are taken over a window of days, and over the newest builds of it only: the sample is capped, so that the
page costs the same however many builds there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import Extract, TruncDate

from builds.domain.statuses import BuildStatus
from builds.models import Build
from versions.domain.version import Series

SAMPLE_ROWS = 5000
REASONS_SHOWN = 6
DAYS_SHOWN = 30


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
    """Six queries, whatever there is."""
    length = timedelta(days=days)
    window = _sample(now - length, now)
    return BuildSummary(
        days=days,
        now=_figures(window),
        before=_figures(_sample(now - 2 * length, now - length)),
        in_progress=Build.objects.all().in_progress().order_by()[: SAMPLE_ROWS + 1].count(),
        reasons=_reasons(window),
        series=_series(window),
        by_day=_by_day(now),
    )


class _Percentile(Aggregate):
    """PostgreSQL's PERCENTILE_CONT: the value below which `fraction` of the rows lie, interpolated."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: F, *, fraction: float) -> None:
        super().__init__(expression, fraction=fraction)


def _sample(since: datetime, until: datetime) -> "QuerySet[Build, Any]":
    """Ids of the newest builds of a window, read from the index that lists them."""
    rows = Build.objects.filter(created_at__gte=since, created_at__lt=until)
    return rows.newest_first().values("id")[: SAMPLE_ROWS + 1]


def _figures(sample: "QuerySet[Build, Any]") -> Figures:
    ended = Q(status__in=[BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.LOST])
    length = Extract(F("finished_at") - F("started_at"), "epoch")
    found = (
        Build.objects.filter(id__in=sample)
        .order_by()
        .annotate(seconds=length)
        .aggregate(
            builds=Count("id"),
            over=Count("id", filter=ended),
            failed=Count("id", filter=ended & ~Q(status=BuildStatus.SUCCEEDED)),
            median=_Percentile(F("seconds"), fraction=0.5),
            p95=_Percentile(F("seconds"), fraction=0.95),
        )
    )
    return Figures(
        builds=min(found["builds"], SAMPLE_ROWS),
        is_capped=found["builds"] > SAMPLE_ROWS,
        failure_percent=100 * found["failed"] / found["over"] if found["over"] else None,
        median_seconds=found["median"],
        p95_seconds=found["p95"],
    )


def _by_day(now: datetime) -> tuple[DayOfBuilds, ...]:
    """The last days without a gap. Where the sample ends within them, they begin with the first whole day of it."""
    since = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=DAYS_SHOWN - 1)
    failed, succeeded = Q(status__in=[BuildStatus.FAILED, BuildStatus.LOST]), Q(status=BuildStatus.SUCCEEDED)
    rows = Build.objects.filter(id__in=_sample(since, now)).order_by().annotate(day=TruncDate("created_at", tzinfo=UTC))
    counted = rows.values("day").annotate(
        all=Count("id"), failed=Count("id", filter=failed), succeeded=Count("id", filter=succeeded)
    )
    found = {row["day"]: row for row in counted}
    first = since.date()
    if sum(row["all"] for row in found.values()) > SAMPLE_ROWS:
        first = min(found) + timedelta(days=1)
    days = (first + timedelta(days=step) for step in range((now.date() - first).days + 1))
    return tuple(_day(day, found.get(day)) for day in days)


def _day(day: date, row: Mapping[str, Any] | None) -> DayOfBuilds:
    if row is None:
        return DayOfBuilds(day, 0, 0, 0)
    return DayOfBuilds(day, row["succeeded"], row["failed"], row["all"] - row["succeeded"] - row["failed"])


def _reasons(sample: "QuerySet[Build, Any]") -> tuple[FailureReason, ...]:
    rows = Build.objects.filter(id__in=sample).exclude(failure_code="").order_by().values("failure_code")
    counted = rows.annotate(builds=Count("id")).order_by("-builds", "failure_code")[:REASONS_SHOWN]
    return tuple(FailureReason(row["failure_code"], row["builds"]) for row in counted)


def _series(sample: "QuerySet[Build, Any]") -> tuple[SeriesUse, ...]:
    rows = Build.objects.filter(id__in=sample, python_major__isnull=False).order_by()
    counted = rows.values("python_major", "python_minor").annotate(apps=Count("app_id", distinct=True))
    newest_first = counted.order_by("-python_major", "-python_minor")
    return tuple(
        SeriesUse(Series(row["python_major"] or 0, row["python_minor"] or 0), row["apps"]) for row in newest_first
    )
