"""Background tasks about builds: their names, and one typed function that enqueues each."""

from celery import current_app

END_LOST_BUILDS = "builds.end_lost_builds"
ROLL_UP_HOURS = "builds.roll_up_hours"
GROUP_FAILURES = "builds.group_failures"
RETAIN_BUILDS = "builds.retain_builds"


def enqueue_end_lost_builds() -> None:
    """Has the reaper look now; beat does so anyway every few seconds."""
    current_app.send_task(END_LOST_BUILDS)


def enqueue_retain_builds() -> None:
    """Has history pruned now; beat does so once a day."""
    current_app.send_task(RETAIN_BUILDS)
