"""Counting builds by the hour, so that the dashboard doesn't have to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Min
from django.utils import timezone

from builds.domain.durations import bucket_of
from builds.models import Build, BuildHour, BuildHourCount, RollUp

# Whoever is making a build now began the transaction a moment ago, and it is not visible yet.
_SETTLING = timedelta(minutes=2)
_HOUR = timedelta(hours=1)
_DAYS_AT_ONCE = timedelta(days=31)
_UNSETTLED_AT_ONCE = 200

# Hours are counted in UTC. The bucket is that of builds/domain/durations.py.
_COUNT = """
WITH counted AS (
    DELETE FROM builds_buildhourcount WHERE hour_id = ANY (%(hours)s) RETURNING 1
), found AS (
    SELECT date_trunc('hour', created_at, 'UTC') AS hour, status, failure_code, started_at, finished_at,
           lease_expires_at
    FROM builds_build WHERE created_at >= %(since)s AND created_at < %(until)s
), hours AS (
    INSERT INTO builds_buildhour (hour, is_settled, is_pruned, durations)
    SELECT hour, bool_and(status NOT IN ('queued', 'running') AND lease_expires_at IS NULL), false, '{}'
    FROM found GROUP BY hour
    ON CONFLICT (hour) DO UPDATE SET is_settled = excluded.is_settled
    RETURNING 1
)
SELECT (SELECT count(*) FROM counted), (SELECT count(*) FROM hours)
"""
_FILL = """
INSERT INTO builds_buildhourcount (hour_id, status, failure_code, builds)
SELECT date_trunc('hour', created_at, 'UTC'), status, failure_code, count(*)
FROM builds_build WHERE created_at >= %(since)s AND created_at < %(until)s GROUP BY 1, 2, 3
"""
_DURATIONS = """
UPDATE builds_buildhour SET durations = lengths.counted
FROM (
    SELECT hour, jsonb_object_agg(bucket, builds) AS counted
    FROM (
        SELECT date_trunc('hour', created_at, 'UTC') AS hour,
               floor(ln(greatest(extract(epoch FROM finished_at - started_at), 0.01)) / ln(1.1))::int AS bucket,
               count(*) AS builds
        FROM builds_build
        WHERE created_at >= %(since)s AND created_at < %(until)s AND started_at IS NOT NULL AND finished_at IS NOT NULL
        GROUP BY 1, 2
    ) AS buckets
    GROUP BY hour
) AS lengths
WHERE builds_buildhour.hour = lengths.hour
"""
_SERIES = """
INSERT INTO builds_appseries (app_id, major, minor, last_built_at)
SELECT app_id, python_major, python_minor, max(created_at)
FROM builds_build
WHERE created_at >= %(since)s AND created_at < %(until)s AND python_major IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (app_id, major, minor) DO UPDATE
SET last_built_at = greatest(builds_appseries.last_built_at, excluded.last_built_at)
"""
_GROUPS = """
UPDATE builds_failuregroup AS groups SET
    recent_builds = found.builds, recent_apps = found.apps, last_seen_at = greatest(groups.last_seen_at, found.latest)
FROM (
    SELECT known.id, count(recent.id) AS builds, count(DISTINCT recent.app_id) AS apps, max(recent.created_at) AS latest
    FROM builds_failuregroup AS known LEFT JOIN builds_build AS recent
        ON recent.failure_group_id = known.id AND recent.created_at >= %(since)s
    GROUP BY known.id
) AS found
WHERE groups.id = found.id
    AND (groups.recent_builds, groups.recent_apps) IS DISTINCT FROM (found.builds, found.apps)
"""
_GROUP_DAYS = timedelta(days=30)


def roll_up_hours(*, now: datetime | None = None) -> int:
    """Counts the hours that have passed since last time, and those in which something could still change.

    Returns how many stretches of time were counted. One task counts at a time; another one finds nothing to do.
    """
    now = now or timezone.now()
    with transaction.atomic():
        state = _state(is_waiting=False)
        if state is None:
            return 0
        until = _hour_of(now - _SETTLING)
        since = state.rolled_until or _first_hour()
        stretches = 0
        while since is not None and since < until:
            end = min(since + _DAYS_AT_ONCE, until)
            _count(since, end)
            since, stretches = end, stretches + 1
        unsettled = BuildHour.objects.filter(is_settled=False, is_pruned=False, hour__lt=until)
        for hour in list(unsettled.values_list("hour", flat=True)[:_UNSETTLED_AT_ONCE]):
            _count(hour, hour + _HOUR)
            stretches += 1
        if since is not None:
            RollUp.objects.filter(pk=1).update(rolled_until=max(until, state.rolled_until or until))
    return stretches


def refresh_groups(*, now: datetime | None = None) -> None:
    """Counts the builds and apps that each group of failures has hit lately."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, {"since": (now or timezone.now()) - _GROUP_DAYS})


def keep_hours(instants: Iterable[datetime]) -> None:
    """Keeps the figures of these instants' hours before builds of them are pruned; part of that transaction.

    Hours that wait to be counted again are counted now, while their builds are there.
    """
    _state(is_waiting=True)
    hours = BuildHour.objects.filter(hour__in={_hour_of(at) for at in instants}, is_pruned=False)
    for hour in list(hours.filter(is_settled=False).values_list("hour", flat=True)):
        _count(hour, hour + _HOUR)
    hours.update(is_pruned=True)


def count_late_build(*, build: Build) -> None:
    """Counts a build that is over and was told after its hour had passed; part of the transaction that inserts it.

    The hour is counted again, or, when builds of it were pruned, the build is added to its figures.
    """
    at = _hour_of(build.created_at)
    with transaction.atomic():
        hour = BuildHour.objects.select_for_update().filter(hour=at, is_pruned=True).first()
        if hour is None:
            unsettle_hour(at=at)
            return
        counts = BuildHourCount.objects.filter(hour=hour, status=build.status, failure_code=build.failure_code)
        if not counts.update(builds=F("builds") + 1):
            BuildHourCount.objects.create(hour=hour, status=build.status, failure_code=build.failure_code, builds=1)
        if build.started_at and build.finished_at:
            bucket = str(bucket_of((build.finished_at - build.started_at).total_seconds()))
            durations = {**hour.durations, bucket: hour.durations.get(bucket, 0) + 1}
            BuildHour.objects.filter(pk=at).update(durations=durations)
        with connection.cursor() as cursor:
            cursor.execute(_SERIES, {"since": at, "until": at + _HOUR})


def unsettle_hour(*, at: datetime) -> None:
    """Has the hour counted again: a build was put into it, or changed, after it had passed."""
    BuildHour.objects.bulk_create(
        [BuildHour(hour=_hour_of(at), is_settled=False)],
        update_conflicts=True,
        unique_fields=["hour"],
        update_fields=["is_settled"],
    )


def _state(*, is_waiting: bool) -> RollUp | None:
    """The one row, locked; None when somebody else has it and nobody is to wait."""
    RollUp.objects.bulk_create([RollUp(pk=1)], ignore_conflicts=True)
    return RollUp.objects.select_for_update(skip_locked=not is_waiting).filter(pk=1).first()


def _count(since: datetime, until: datetime) -> None:
    hours = list(BuildHour.objects.filter(hour__gte=since, hour__lt=until).values_list("hour", flat=True))
    parameters: dict[str, Any] = {"since": since, "until": until, "hours": hours}
    with connection.cursor() as cursor:
        for statement in (_COUNT, _FILL, _DURATIONS, _SERIES):
            cursor.execute(statement, parameters)


def _first_hour() -> datetime | None:
    first = Build.objects.aggregate(first=Min("created_at"))["first"]
    return _hour_of(first) if first else None


def _hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
