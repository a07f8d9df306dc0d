"""Builds counted: hours that are rolled up, and beside them the builds that have come since.

The statements are written out: a page asks for all of them, and building each anew took longer than answering it.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection

from builds.domain.durations import middle_seconds
from builds.domain.statuses import BuildStatus

SAMPLE_ROWS = 5000  # of builds that no hour counts yet: an hour's, or all where the task has never run
IN_PROGRESS_CAP = 5000
_STANDING = """
SELECT (SELECT rolled_until FROM builds_rollup WHERE id = 1),
    (SELECT count(*) FROM (SELECT FROM builds_build WHERE status = ANY (%(moving)s) LIMIT %(cap)s) AS moving),
    (SELECT json_agg(durations)::text FROM builds_buildhour WHERE hour >= %(since)s AND hour < %(until)s)
"""
_FRESH = """
SELECT created_at, status, failure_code, extract(epoch FROM finished_at - started_at)::double precision
FROM builds_build WHERE created_at >= %(since)s AND created_at < %(until)s
ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""
# Three walks, each grouped by no more than its reader asks for: one walk grouped by all of it takes thrice as long.
_COUNTED = """
SELECT 'day', (hour_id AT TIME ZONE 'UTC')::date, status, '', sum(builds) FROM builds_buildhourcount
WHERE hour_id >= %(midnight)s AND hour_id < %(until)s GROUP BY 2, 3
UNION ALL
SELECT 'now', NULL, status, failure_code, sum(builds) FROM builds_buildhourcount
WHERE hour_id >= %(since)s AND hour_id < %(until)s GROUP BY 3, 4
UNION ALL
SELECT 'before', NULL, status, '', sum(builds) FROM builds_buildhourcount
WHERE hour_id >= %(before)s AND hour_id < %(since)s GROUP BY 3
"""
# An app is listed once a series; only the few builds that no hour counts have to be told apart.
_SERIES = """
SELECT major, minor, sum(apps) FROM (
    SELECT major, minor, count(*) AS apps FROM builds_appseries
    WHERE last_built_at >= %(since)s AND last_built_at < %(until)s GROUP BY 1, 2
    UNION ALL
    SELECT python_major, python_minor, count(DISTINCT app_id) FROM (
        SELECT app_id, python_major, python_minor FROM builds_build
        WHERE created_at >= %(fresh)s AND created_at < %(until)s AND python_major IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
    ) AS newest
    WHERE NOT EXISTS (
        SELECT FROM builds_appseries AS listed
        WHERE listed.app_id = newest.app_id AND major = python_major AND minor = python_minor
            AND last_built_at >= %(since)s AND last_built_at < %(until)s
    )
    GROUP BY 1, 2
) AS used
GROUP BY 1, 2 ORDER BY 1 DESC, 2 DESC
"""


class Fresh(NamedTuple):
    """A build that no hour counts yet; `seconds` is None while it is not over."""

    created_at: datetime
    status: str
    failure_code: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """The window in question begins `since` and the equally long one before it `before`; both lie before `until`.

    Days are told from `midnight`.
    """

    midnight: datetime
    before: datetime
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """`rolled_until`: up to when hours are counted. `lengths`: (seconds, builds) of the window's hours by bucket.

    `in_progress` is at most one more than IN_PROGRESS_CAP.
    """

    rolled_until: datetime | None
    in_progress: int
    lengths: list[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class FreshBuilds:
    """Newest first, from `since`. `is_capped` when there are more than `SAMPLE_ROWS`; one more is listed then."""

    rows: list[Fresh]
    is_capped: bool

    def between(self, since: datetime, until: datetime) -> list[Fresh]:
        return [row for row in self.rows if since <= row.created_at < until]


@dataclass(frozen=True, slots=True)
class CountedHours:
    """Builds by (status, failure code), in the window before without the code, and by (day in UTC, status)."""

    now: Counter[tuple[str, str]]
    before: Counter[tuple[str, str]]
    by_day: Counter[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class Tally:
    """`counts`: builds by (status, failure code). `lengths`: (seconds, builds)."""

    counts: Counter[tuple[str, str]]
    lengths: list[tuple[float, int]]
    is_capped: bool

    @property
    def builds(self) -> int:
        return sum(self.counts.values())


def standing(span: Span) -> Standing:
    """One query."""
    moving = [BuildStatus.QUEUED.value, BuildStatus.RUNNING.value]
    values = {"moving": moving, "cap": IN_PROGRESS_CAP + 1, "since": span.since, "until": span.until}
    [(rolled_until, in_progress, durations)] = _rows(_STANDING, values)
    buckets: Counter[str] = Counter()
    for hour in json.loads(durations or "[]"):
        for name, builds in hour.items():
            buckets[name] += builds
    return Standing(rolled_until, in_progress, [(middle_seconds(int(name)), n) for name, n in buckets.items()])


def fresh_builds(span: Span, rolled_until: datetime | None) -> FreshBuilds:
    """Builds since the hours that are counted, in one query."""
    since = _fresh_since(min(span.midnight, span.before), rolled_until)
    rows = _rows(_FRESH, {"since": since, "until": span.until, "limit": SAMPLE_ROWS + 1})
    fresh = [Fresh(*row) for row in rows]
    return FreshBuilds(fresh, len(fresh) > SAMPLE_ROWS)


def counted_hours(span: Span) -> CountedHours:
    """Hours count where they begin. One query."""
    found = CountedHours(Counter(), Counter(), Counter())
    values = {"midnight": span.midnight, "before": span.before, "since": span.since, "until": span.until}
    for part, day, status, code, builds in _rows(_COUNTED, values):
        if part == "day":
            found.by_day[day, status] = builds
        else:
            (found.now if part == "now" else found.before)[status, code] = builds
    return found


def tally(
    counted: Counter[tuple[str, str]],
    fresh: FreshBuilds,
    lengths: list[tuple[float, int]],
    *,
    since: datetime,
    until: datetime,
) -> Tally:
    """A window's hours with the builds that have come since."""
    found = fresh.between(since, until)
    counts = counted + Counter((row.status, row.failure_code) for row in found)
    fresh_lengths = ((row.seconds, 1) for row in found if row.seconds is not None)
    return Tally(counts, [*lengths, *fresh_lengths], fresh.is_capped and bool(found))


def counts_by_day(counted: CountedHours, fresh: FreshBuilds, *, span: Span) -> Counter[tuple[date, str]]:
    """Builds by (day in UTC, status)."""
    found = fresh.between(span.midnight, span.until)
    return counted.by_day + Counter((row.created_at.astimezone(UTC).date(), row.status) for row in found)


def series_in_use(span: Span, rolled_until: datetime | None) -> list[tuple[int, int, int]]:
    """(major, minor, number of apps that built on it in the window), newest series first, in one query."""
    fresh = _fresh_since(span.since, rolled_until)
    values = {"since": span.since, "until": span.until, "fresh": fresh, "limit": SAMPLE_ROWS}
    return [(int(major), int(minor), int(apps)) for major, minor, apps in _rows(_SERIES, values)]


def _fresh_since(since: datetime, rolled_until: datetime | None) -> datetime:
    return max(since, rolled_until) if rolled_until else since


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
