"""Builds counted: hours that are rolled up, and beside them the builds that have come since."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncDate

from builds.domain.durations import middle_seconds
from builds.models import Build, BuildHour, BuildHourCount, RollUp

SAMPLE_ROWS = 5000  # of builds that no hour counts yet: an hour's, or all where the task has never run
_SERIES = """
SELECT major, minor, count(DISTINCT app_id) FROM (
    SELECT app_id, major, minor FROM builds_appseries WHERE last_built_at >= %(since)s AND last_built_at < %(until)s
    UNION ALL
    SELECT app_id, python_major, python_minor FROM (
        SELECT app_id, python_major, python_minor FROM builds_build
        WHERE created_at >= %(fresh)s AND created_at < %(until)s AND python_major IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
    ) AS newest
) AS used (app_id, major, minor)
GROUP BY major, minor ORDER BY major DESC, minor DESC
"""


class Fresh(NamedTuple):
    """A build that no hour counts yet; `seconds` is None while it is not over."""

    created_at: datetime
    status: str
    failure_code: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class FreshBuilds:
    """Newest first. `is_capped` when there are more than `SAMPLE_ROWS`; one more than that is listed then."""

    rows: list[Fresh]
    is_capped: bool

    def between(self, since: datetime, until: datetime) -> list[Fresh]:
        return [row for row in self.rows if since <= row.created_at < until]


@dataclass(frozen=True, slots=True)
class Tally:
    """`counts`: builds by (status, failure code). `lengths`: (seconds, builds), hours' ones by bucket."""

    counts: Counter[tuple[str, str]]
    lengths: list[tuple[float, int]]
    is_capped: bool

    @property
    def builds(self) -> int:
        return sum(self.counts.values())


def fresh_builds(*, since: datetime, until: datetime) -> FreshBuilds:
    """Builds since the hours that are counted, in two queries."""
    rolled = rolled_until()
    rows = Build.objects.filter(created_at__gte=max(since, rolled) if rolled else since, created_at__lt=until)
    found = rows.newest_first().values_list("created_at", "status", "failure_code", "started_at", "finished_at")
    fresh = [
        Fresh(at, status, code, (ended - begun).total_seconds() if begun and ended else None)
        for at, status, code, begun, ended in found[: SAMPLE_ROWS + 1]
    ]
    return FreshBuilds(fresh, len(fresh) > SAMPLE_ROWS)


def tally(fresh: FreshBuilds, *, since: datetime, until: datetime) -> Tally:
    """Builds begun from `since` until `until`, hours counting when they begin in it; in two queries."""
    counted: Counter[tuple[str, str]] = Counter()
    rows = BuildHourCount.objects.filter(hour_id__gte=since, hour_id__lt=until).order_by()
    for status, code, builds in rows.values_list("status", "failure_code").annotate(number=Sum("builds")):
        counted[status, code] = builds
    buckets: Counter[int] = Counter()
    hours = BuildHour.objects.filter(hour__gte=since, hour__lt=until).order_by()
    for durations in hours.values_list("durations", flat=True):
        for bucket, builds in durations.items():
            buckets[bucket] += builds
    lengths = [(middle_seconds(int(bucket)), builds) for bucket, builds in buckets.items()]
    found = fresh.between(since, until)
    counted.update((row.status, row.failure_code) for row in found)
    lengths += [(row.seconds, 1) for row in found if row.seconds is not None]
    return Tally(counted, lengths, fresh.is_capped and bool(found))


def counts_by_day(fresh: FreshBuilds, *, since: datetime, until: datetime) -> Counter[tuple[date, str]]:
    """Builds by (day in UTC, status), in one query."""
    rows = BuildHourCount.objects.filter(hour_id__gte=since, hour_id__lt=until).order_by()
    days = rows.annotate(day=TruncDate("hour_id", tzinfo=UTC)).values_list("day", "status")
    found: Counter[tuple[date, str]] = Counter()
    for day, status, builds in days.annotate(number=Sum("builds")):
        found[day, status] = builds
    found.update((row.created_at.astimezone(UTC).date(), row.status) for row in fresh.between(since, until))
    return found


def series_in_use(*, since: datetime, until: datetime) -> list[tuple[int, int, int]]:
    """(major, minor, number of apps that built on it), newest series first, in two queries."""
    rolled = rolled_until()
    parameters: dict[str, Any] = {
        "since": since,
        "until": until,
        "fresh": max(since, rolled) if rolled else since,
        "limit": SAMPLE_ROWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SERIES, parameters)
        return [(int(major), int(minor), int(apps)) for major, minor, apps in cursor.fetchall()]


def rolled_until() -> datetime | None:
    """Up to when hours are counted."""
    return RollUp.objects.filter(pk=1).values_list("rolled_until", flat=True).first()
