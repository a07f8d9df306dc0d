"""Pruning history: by age, by number for each app, by size of all logs, in that order, in small batches.

An app's last success stays, and so does whatever is not over.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum
from django.utils import timezone

from builds.domain.retention import RetentionPolicy
from builds.domain.statuses import BuildStatus
from builds.models import App, Build, RetentionRun, Step
from builds.models.build import FINAL_STATUSES
from builds.querysets import BuildQuerySet, Place
from builds.services.rolling_up import keep_hours

BATCH_BUILDS = 200
LONGEST_RUN = timedelta(minutes=20)  # the rest is the next run's
_Batches = Iterator[list[int]]


def prune_builds(
    *, policy: RetentionPolicy, is_dry_run: bool, now: datetime | None = None, longest: timedelta = LONGEST_RUN
) -> RetentionRun:
    """One run under the policy; a dry run counts what would go and changes nothing. Returns its record."""
    now = now or timezone.now()
    run = RetentionRun.objects.create(policy=policy.document(), is_dry_run=is_dry_run, started_at=now)
    until = timezone.now() + longest
    seen: set[int] = set()
    reasons: list[tuple[str, _Batches]] = [
        ("builds_by_age", _too_old(policy, now)),
        ("builds_by_number", _too_many(policy)),
        ("builds_by_size", _too_large(policy)),
    ]
    for column, batches in reasons:
        for batch in batches:
            _prune(run, column, [pk for pk in batch if pk not in seen], is_dry_run=is_dry_run)
            if is_dry_run:
                seen.update(batch)
            if timezone.now() > until:
                break
    RetentionRun.objects.filter(pk=run.pk).update(finished_at=max(timezone.now(), now))
    run.refresh_from_db()
    return run


def retain(*, policy: RetentionPolicy, now: datetime | None = None) -> RetentionRun | None:
    """What beat does once a day. A policy that is new here is tried out first: its first run is a dry run.

    Returns None when the policy has no limits.
    """
    if not policy.has_limits:
        return None
    was_tried = RetentionRun.objects.filter(policy=policy.document(), finished_at__isnull=False).exists()
    return prune_builds(policy=policy, is_dry_run=not was_tried, now=now)


def _prune(run: RetentionRun, column: str, ids: list[int], *, is_dry_run: bool) -> None:
    if not ids:
        return
    with transaction.atomic():
        size = Step.objects.filter(build_id__in=ids).aggregate(size=Sum("log_size"))["size"] or 0
        if not is_dry_run:
            # Locked and looked at once more: the last success may have become another one, or the first.
            kept = set(_prunable().filter(pk__in=ids).select_for_update(of=("self",)).values_list("pk", flat=True))
            ids = [pk for pk in ids if pk in kept]
            keep_hours(Build.objects.filter(pk__in=ids).values_list("created_at", flat=True))
            Build.objects.filter(pk__in=ids).delete()
        changes = {column: F(column) + len(ids), "log_bytes": F("log_bytes") + size}
        RetentionRun.objects.filter(pk=run.pk).update(**changes)


def _prunable() -> BuildQuerySet:
    """Builds that are over and not their app's last success."""
    later = Build.objects.filter(app=OuterRef("app"), status=BuildStatus.SUCCEEDED).filter(
        created_at__gte=OuterRef("created_at"), pk__gt=OuterRef("pk")
    )
    newer = Build.objects.filter(
        app=OuterRef("app"), status=BuildStatus.SUCCEEDED, created_at__gt=OuterRef("created_at")
    )
    over: BuildQuerySet = Build.objects.filter(status__in=FINAL_STATUSES, lease_expires_at=None)
    succeeded = over.filter(status=BuildStatus.SUCCEEDED).filter(Exists(newer) | Exists(later))
    return over.exclude(status=BuildStatus.SUCCEEDED) | succeeded


def _too_old(policy: RetentionPolicy, now: datetime) -> _Batches:
    if policy.days is None:
        return
    limit = now - timedelta(days=policy.days)
    yield from _walk(lambda: _prunable().filter(created_at__lt=limit))


def _too_many(policy: RetentionPolicy) -> _Batches:
    number = policy.builds_an_app
    if number is None:
        return
    for app_id in App.objects.filter(last_build_number__gt=number).values_list("pk", flat=True):
        places = Build.objects.filter(app_id=app_id).newest_first().values_list("created_at", "pk")
        last = places[number - 1 : number].first()
        if last is None:
            continue
        yield from _walk(_beyond(app_id, last))


def _beyond(app_id: int, last: tuple[datetime, int]) -> Callable[[], BuildQuerySet]:
    """What of the app's builds comes after the last one to keep, in newest-first order."""
    place = Place(*last)
    return lambda: _prunable().filter(app_id=app_id).older_than(place)


def _too_large(policy: RetentionPolicy) -> _Batches:
    if policy.log_bytes is None:
        return
    excess = (Step.objects.aggregate(size=Sum("log_size"))["size"] or 0) - policy.log_bytes
    for batch in _walk(_prunable):
        if excess <= 0:
            return
        taken = []
        sizes = dict(
            Step.objects.filter(build_id__in=batch).values_list("build_id").annotate(size=Sum("log_size")).order_by()
        )
        for pk in batch:
            if excess <= 0:
                break
            taken.append(pk)
            excess -= sizes.get(pk, 0)
        yield taken


def _walk(rows: Callable[[], BuildQuerySet]) -> _Batches:
    """Ids of the rows in batches, oldest first; rows that were deleted meanwhile do no harm."""
    place: tuple[datetime, int] | None = None
    while True:
        found = rows().order_by("created_at", "id")
        if place is not None:
            found = found.filter(created_at__gte=place[0]).exclude(created_at=place[0], pk__lte=place[1])
        batch = list(found.values_list("created_at", "pk")[:BATCH_BUILDS])
        if not batch:
            return
        place = batch[-1]
        yield [pk for _created_at, pk in batch]
