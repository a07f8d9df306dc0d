"""Background tasks about builds: their names, and one typed function that enqueues each."""

from celery import current_app

from builds.domain.queueing import BUILD_QUEUED, queue_name

END_LOST_BUILDS = "builds.end_lost_builds"
ROLL_UP_HOURS = "builds.roll_up_hours"
GROUP_FAILURES = "builds.group_failures"
RETAIN_BUILDS = "builds.retain_builds"
ANNOUNCE_BUILDS = "builds.announce_builds"
REMOVE_SOURCES = "builds.remove_sources"


def enqueue_end_lost_builds() -> None:
    """Has the reaper look now; beat does so anyway every few seconds."""
    current_app.send_task(END_LOST_BUILDS)


def enqueue_retain_builds() -> None:
    """Has history pruned now; beat does so once a day."""
    current_app.send_task(RETAIN_BUILDS)


def enqueue_build(*, build_id: int, stack: str, arch: str) -> None:
    """Tells the builders of a stack that a build waits. Raises what the broker's client raises while it is away."""
    queue = queue_name(stack, arch, installation=current_app.conf.task_default_queue)
    current_app.send_task(BUILD_QUEUED, [build_id], queue=queue, retry=False)
