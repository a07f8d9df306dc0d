"""Announcing queued builds to builders. The rows are the queue; a message only says that it is worth looking.

A message may be lost between the commit and the broker, in the broker, or with a builder that was killed holding it.
The sweep announces again whatever nobody has claimed; a message too many is refused at the claim.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Value
from django.db.models.functions import Greatest, Least, Now

from builds.domain.statuses import BuildStatus
from builds.models import Announcement, Build
from builds.queue import enqueue_build

UNANNOUNCED_FOR = timedelta(seconds=5)  # an announcement that is under way right now is let arrive
UNCLAIMED_FOR = timedelta(seconds=60)
LONGEST_SILENCE = timedelta(minutes=30)
MAX_ANNOUNCEMENTS = 500  # in one sweep; the next follows soon


def announce_build(*, build_id: int) -> bool:
    """Tells the builders of its stack that the build waits; returns False when it no longer does.

    Called after the commit. Whatever the broker raises is raised: the build then counts as never announced.
    """
    return _announce(Build.objects.filter(pk=build_id)) == [build_id]


def announce_waiting_builds() -> list[int]:
    """Announces queued builds that nobody has claimed, and returns their ids.

    The first time after a minute, then after as long as a build has waited already (half an hour at most), so that a
    queue that nobody serves does not grow without end. Two at once announce twice, which does no harm.
    """
    queued = Build.objects.filter(status=BuildStatus.QUEUED)
    silence = ExpressionWrapper(F("announcement__announced_at") - F("created_at"), output_field=DurationField())
    pause = Least(Greatest(silence, Value(UNCLAIMED_FOR)), Value(LONGEST_SILENCE))
    is_forgotten = Q(announcement=None, created_at__lte=Now() - UNANNOUNCED_FOR)
    is_unclaimed = Q(announcement__announced_at__lte=Now() - pause)
    return _announce(queued.filter(is_forgotten | is_unclaimed).order_by("created_at", "pk")[:MAX_ANNOUNCEMENTS])


def _announce(builds: QuerySet[Build]) -> list[int]:
    announced = []
    try:
        for build_id, stack, arch, status in builds.values_list("pk", "stack", "arch", "status"):
            if status == BuildStatus.QUEUED:
                enqueue_build(build_id=build_id, stack=stack, arch=arch)
                announced.append(build_id)
    finally:
        _note(announced)
    return announced


def _note(build_ids: Iterable[int]) -> None:
    """A build that was deleted meanwhile gets no note."""
    present = Build.objects.filter(pk__in=build_ids).values_list("pk", flat=True)
    Announcement.objects.bulk_create(
        [Announcement(build_id=pk, announced_at=Now()) for pk in present],
        update_conflicts=True,
        unique_fields=["build"],
        update_fields=["announced_at"],
    )
