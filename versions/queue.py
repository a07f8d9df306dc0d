"""Background tasks about the version table: their names, and one typed function that enqueues each."""

from celery import current_app

CHECK_OUTSIDE_COPIES = "versions.check_outside_copies"
CHECK_OUTSIDE_COPY = "versions.check_outside_copy"
WORK_ON_ARCHIVE = "versions.work_on_archive"
SWEEP_ARCHIVES = "versions.sweep_archives"
REMOVE_ORPHANS = "versions.remove_orphans"


def enqueue_check_outside_copy(copy_id: int) -> None:
    """Has one copy looked at now, if a check was asked for or is due; beat looks for those every minute."""
    current_app.send_task(CHECK_OUTSIDE_COPY, [copy_id], retry=False)


def enqueue_archive_job(job_id: int) -> None:
    """Has one archive job done now, if it waits; the sweep looks for those every minute."""
    current_app.send_task(WORK_ON_ARCHIVE, [job_id], retry=False)
