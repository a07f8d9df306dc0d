"""Background tasks about builds. Each calls one service."""

from celery import shared_task

from builds.queue import END_LOST_BUILDS
from builds.services import end_lost_builds


@shared_task(name=END_LOST_BUILDS, ignore_result=True, soft_time_limit=60)
def reap() -> int:
    """Ends builds whose builder went silent; returns how many. Running twice at once does no harm."""
    return len(end_lost_builds())
