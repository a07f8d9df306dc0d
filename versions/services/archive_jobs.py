"""The course of a job: begun, taken by one worker at a time, cancelled, ended, swept when nobody goes on with it."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

import kombu.exceptions
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from versions.domain.archive_jobs import (
    OPEN_STATES,
    OVER_STATES,
    JobKind,
    JobStage,
    JobState,
    Target,
    states_before,
)
from versions.domain.refusals import Fault, Refusal
from versions.models import ArchiveJob, UploadChunk
from versions.queue import enqueue_archive_job
from versions.selectors.pending import pending_rows

LEASE = timedelta(minutes=5)  # the longest that a worker is silent: between two steps of its work
MOST_ATTEMPTS = 4
MOST_AT_ONCE = 1  # archives must not keep the workers from ending lost builds
PAUSE_AFTER_TROUBLE = timedelta(seconds=45)
UPLOADS_ARE_KEPT = timedelta(days=1)
JOBS_ARE_KEPT = timedelta(days=90)
# An advisory lock under which jobs are taken: counting those at work and taking one more is one act.
_CLAIM_LOCK = 0x617263686976

log = logging.getLogger(__name__)


class Superseded(Exception):
    """The job is another worker's by now, or over: whatever this one found is of no interest."""


class Cancelled(Exception):
    """Somebody asked for the job to stop."""


def check_target(target: Target) -> None:
    """Raises Refusal `stack::unknown` or `request::malformed` when an archive for it could never be published."""
    pending = pending_rows()
    for name in target.stacks:
        stack = pending.find_stack(name)
        if stack is None:
            raise Refusal("stack::unknown", stack=name)
        if target.arch not in stack.archs:
            raise Refusal("request::malformed", faults=(Fault("arch", f"{name} is for {', '.join(stack.archs)}"),))


def begin_job(
    *, kind: JobKind, version: str, stacks: Sequence[str], requested_by: str, arch: str = "", url: str = "",
    claimed_sha256: str = "",
) -> ArchiveJob:  # fmt: skip
    """A job for the workers; the same job when it waits or runs already."""
    fields = {
        "kind": kind, "version": version, "stacks": list(stacks), "arch": arch, "url": url,
        "claimed_sha256": claimed_sha256,
    }  # fmt: skip
    with transaction.atomic():
        _lock_claims()
        job = ArchiveJob.objects.filter(**fields, state=JobState.VERIFYING, is_cancel_requested=False).first()
        if job is None:
            job = ArchiveJob.objects.create(
                **fields, state=JobState.VERIFYING, stage=JobStage.WAITING, requested_by=requested_by, moved_at=Now()
            )
        hint_later(job.pk)
    return job


def claim_job(*, job_id: int, is_alone: bool = True) -> ArchiveJob | None:
    """The job with a fresh `attempt`, when it waits for a worker; `is_alone` only while no other is at work.

    None when there is nothing to do, or not now: the end of the one at work, or the sweep, brings it up again.
    """
    with transaction.atomic():
        _lock_claims()
        open_jobs = ArchiveJob.objects.filter(state=JobState.VERIFYING)
        if (
            is_alone
            and open_jobs.filter(lease_expires_at__gt=Now(), attempt__gt=0)
            .exclude(Q(pk=job_id) | Q(stage=JobStage.WAITING))
            .count()
            >= MOST_AT_ONCE
        ):
            return None
        job = open_jobs.select_for_update().filter(pk=job_id).filter(_without_worker()).first()
        if job is None:
            return None
        if not job.is_cancel_requested and job.attempt < MOST_ATTEMPTS:
            ArchiveJob.objects.filter(pk=job_id).update(
                attempt=job.attempt + 1, lease_expires_at=Now() + LEASE, moved_at=Now(), stage=JobStage.CHECKING
            )
            return ArchiveJob.objects.get(pk=job_id)
    if job.is_cancel_requested:
        end_job(job_id=job_id, state=JobState.CANCELLED)
    else:
        end_job(job_id=job_id, state=JobState.REFUSED, code="artifact::abandoned", facts={"attempts": job.attempt})
    return None


def report_progress(*, job: ArchiveJob, stage: JobStage, size: int | None = None, length: int | None = None) -> None:
    """Extends the lease and says how far the work is. Raises Superseded or Cancelled."""
    fields: dict[str, object] = {"stage": stage, "lease_expires_at": Now() + LEASE, "moved_at": Now()}
    if size is not None:
        fields |= {"size": size, "length": length}
    held = ArchiveJob.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.VERIFYING)
    if not held.update(**fields):
        raise Superseded
    if held.filter(is_cancel_requested=True).exists():
        raise Cancelled


def postpone_job(*, job: ArchiveJob) -> None:
    """Trouble of this machine: the job waits a little, then another attempt is made."""
    ArchiveJob.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.VERIFYING).update(
        stage=JobStage.WAITING, lease_expires_at=Now() + PAUSE_AFTER_TROUBLE, moved_at=Now()
    )


def end_job(
    *,
    job_id: int,
    state: JobState,
    attempt: int | None = None,
    code: str = "",
    facts: Mapping[str, object] | None = None,
    records: Sequence[Mapping[str, object]] = (),
    archives: Sequence[str] = (),
) -> bool:
    """Ends the job and lets the bytes of an upload go; False when it is over, or another worker's, already."""
    with transaction.atomic():
        rows = ArchiveJob.objects.filter(pk=job_id, state__in=states_before(state))
        if attempt is not None:
            rows = rows.filter(attempt=attempt)
        ended = rows.update(
            state=state, stage="", code=code, facts={name: str(value) for name, value in (facts or {}).items()},
            records=list(records), archives=list(archives), lease_expires_at=None, moved_at=Now(), finished_at=Now(),
        )  # fmt: skip
        if ended:
            UploadChunk.objects.filter(job_id=job_id).delete()
    return bool(ended)


def cancel_job(*, job_id: int) -> bool:
    """Ends the job at once when no worker has it, else asks the worker to stop; False when it is over already."""
    with transaction.atomic():
        job = ArchiveJob.objects.select_for_update().filter(pk=job_id, state__in=OPEN_STATES).first()
        if job is None:
            return False
        if job.state == JobState.VERIFYING and job.lease_expires_at is not None and job.stage != JobStage.WAITING:
            ArchiveJob.objects.filter(pk=job_id).update(is_cancel_requested=True)
            return True
        return end_job(job_id=job_id, state=JobState.CANCELLED)


def sweep_jobs() -> list[int]:
    """Drops uploads that nobody goes on with and jobs long over; returns the jobs that wait for a worker."""
    left = ArchiveJob.objects.filter(state=JobState.UPLOADING, moved_at__lt=Now() - UPLOADS_ARE_KEPT)
    for job_id in left.values_list("pk", flat=True):
        with transaction.atomic():
            locked = left.select_for_update(skip_locked=True).filter(pk=job_id).first()
            if locked is not None:
                end_job(job_id=job_id, state=JobState.CANCELLED, code="artifact::upload-left")
    ArchiveJob.objects.filter(state__in=OVER_STATES, finished_at__lt=Now() - JOBS_ARE_KEPT).delete()
    waiting = ArchiveJob.objects.filter(_without_worker(), state=JobState.VERIFYING).order_by("pk")
    return list(waiting.values_list("pk", flat=True)[:100])


def hint_later(job_id: int) -> None:
    """Tells the workers once this transaction is committed. A broker that is away is no trouble: the sweep comes."""
    transaction.on_commit(lambda: hint(job_id))


def hint(job_id: int) -> None:
    """Tells the workers of a job that waits."""
    try:
        enqueue_archive_job(job_id)
    except (kombu.exceptions.KombuError, OSError) as error:
        log.warning("No message about archive job %s could be sent (%s); the sweep will find it.", job_id, error)


def next_waiting() -> int | None:
    """The oldest job that waits for a worker."""
    return ArchiveJob.objects.filter(_without_worker(), state=JobState.VERIFYING).order_by("pk").values_list(
        "pk", flat=True
    ).first()  # fmt: skip


def _without_worker() -> Q:
    return Q(lease_expires_at=None) | Q(lease_expires_at__lte=Now())


def _lock_claims() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLAIM_LOCK])
