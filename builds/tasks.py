"""Background tasks about builds. Each calls one service."""

from celery import shared_task
from django.conf import settings

from builds.queue import (
    ANNOUNCE_BUILDS,
    END_LOST_BUILDS,
    GROUP_FAILURES,
    REMOVE_SOURCES,
    RETAIN_BUILDS,
    ROLL_UP_HOURS,
)
from builds.services import end_lost_builds
from builds.services.grouping import group_ungrouped_failures
from builds.services.queueing import announce_waiting_builds
from builds.services.retaining import retain
from builds.services.rolling_up import refresh_groups, roll_up_hours
from builds.services.sources import remove_old_sources


@shared_task(name=END_LOST_BUILDS, ignore_result=True, soft_time_limit=60)
def reap() -> int:
    """Ends builds whose builder went silent; returns how many. Running twice at once does no harm."""
    return len(end_lost_builds())


@shared_task(name=ROLL_UP_HOURS, ignore_result=True, soft_time_limit=300)
def roll_up() -> int:
    """Counts the hours that have passed, for the dashboard; returns how many stretches of time were counted."""
    return roll_up_hours()


@shared_task(name=GROUP_FAILURES, ignore_result=True, soft_time_limit=300)
def group_failures() -> int:
    """Groups failures that have none yet, and counts what the groups have hit; returns how many were grouped."""
    grouped = group_ungrouped_failures()
    refresh_groups()
    return grouped


@shared_task(name=RETAIN_BUILDS, ignore_result=True, soft_time_limit=1800)
def prune() -> int:
    """Prunes history by the settings; returns how many builds went, or would go in a dry run."""
    run = retain(policy=settings.RETENTION_POLICY)
    return run.builds if run else 0


@shared_task(name=ANNOUNCE_BUILDS, ignore_result=True, soft_time_limit=60)
def announce_builds() -> int:
    """Announces queued builds that nobody has claimed; returns how many. Running twice at once does no harm."""
    return len(announce_waiting_builds())


@shared_task(name=REMOVE_SOURCES, ignore_result=True, soft_time_limit=600)
def remove_sources() -> int:
    """Removes old source archives that no build in progress needs; returns how many."""
    return len(remove_old_sources(days=settings.KEEP_SOURCES_DAYS))
