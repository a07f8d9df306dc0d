"""Background tasks about the version table. Each calls one service."""

from celery import shared_task

from versions.queue import (
    CHECK_OUTSIDE_COPIES,
    CHECK_OUTSIDE_COPY,
    REMOVE_ORPHANS,
    SWEEP_ARCHIVES,
    WORK_ON_ARCHIVE,
    enqueue_check_outside_copy,
)
from versions.selectors.outside_copies import due_copies
from versions.services.archive_jobs import hint, sweep_jobs
from versions.services.archive_work import run_job
from versions.services.drift import check_copy
from versions.services.orphans import remove_orphans as remove_orphan_files


@shared_task(name=CHECK_OUTSIDE_COPIES, ignore_result=True, soft_time_limit=60)
def check_outside_copies() -> int:
    """Asks for a check of every copy that is due; returns how many. Asking twice does no harm."""
    due = due_copies()
    for copy_id in due:
        enqueue_check_outside_copy(copy_id)
    return len(due)


@shared_task(name=CHECK_OUTSIDE_COPY, ignore_result=True, soft_time_limit=240)
def check_outside_copy(copy_id: int) -> bool:
    """Checks one copy if it is due; returns whether it was."""
    return check_copy(copy_id=copy_id)


@shared_task(name=WORK_ON_ARCHIVE, ignore_result=True, soft_time_limit=3600)
def work_on_archive(job_id: int) -> bool:
    """Stores and verifies what one job is about, if it waits for a worker; returns whether it did."""
    return run_job(job_id=job_id)


@shared_task(name=SWEEP_ARCHIVES, ignore_result=True, soft_time_limit=300)
def sweep_archives() -> int:
    """Drops uploads left unfinished, and brings up jobs whose message or worker was lost; returns how many."""
    waiting = sweep_jobs()
    for job_id in waiting:
        hint(job_id)
    return len(waiting)


@shared_task(name=REMOVE_ORPHANS, ignore_result=True, soft_time_limit=600)
def remove_orphans() -> int:
    """Removes files of archives that a crash left without a row; returns how many."""
    return remove_orphan_files()
