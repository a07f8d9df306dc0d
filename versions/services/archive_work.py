"""What a worker does with one job: bring the bytes to a file, examine them, store what passed."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import pghistory

from versions.archives.verification import verify
from versions.domain.archive_jobs import JobKind, JobStage, JobState, Target
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import ArchiveJob, StoredArchive
from versions.selectors.archive_bytes import archive_pieces, is_kept
from versions.services.archive_jobs import (
    Cancelled,
    Superseded,
    claim_job,
    end_job,
    hint,
    next_waiting,
    postpone_job,
    report_progress,
)
from versions.services.archives import scratch_folder, update_verification
from versions.services.examining import Examined, examine, flat_archives, settle
from versions.services.fetching import fetch_archive
from versions.services.mirroring import mirror_sources
from versions.services.uploads import upload_pieces

# Not the archive's fault: another attempt may well succeed.
_PASSING_TROUBLE = frozenset({"sandbox::busy", "sandbox::no-work-folder", "service::unavailable"})

log = logging.getLogger(__name__)


def run_job(*, job_id: int, is_alone: bool = True) -> bool:
    """Does the job if it waits for a worker; False when there was nothing to do. Running it twice does no harm.

    `is_alone`: only while no other job is being worked on, so that archives never take all workers.
    """
    job = claim_job(job_id=job_id, is_alone=is_alone)
    if job is None:
        return False
    with pghistory.context(who=job.requested_by, path=f"archive job {job.pk}"):
        _attempt(job)
    following = next_waiting()
    if following is not None:
        hint(following)
    return True


def _attempt(job: ArchiveJob) -> None:
    try:
        with scratch_folder() as folder:
            _WORK[JobKind(job.kind)](job, Path(folder))
    except Refusal as refusal:
        if refusal.code in _PASSING_TROUBLE:
            postpone_job(job=job)
            return
        end_job(job_id=job.pk, attempt=job.attempt, state=JobState.REFUSED, code=refusal.code, facts=refusal.facts)
    except Cancelled:
        end_job(job_id=job.pk, attempt=job.attempt, state=JobState.CANCELLED)
    except Superseded:
        log.info("Archive job %s is over, or another worker's; what this one found is dropped.", job.pk)
    except OSError:
        log.exception("Archive job %s met trouble of this machine; it is tried again.", job.pk)
        postpone_job(job=job)


def _examine_upload(job: ArchiveJob, folder: Path) -> None:
    path = folder / "upload"
    with path.open("xb") as file:
        for piece in upload_pieces(job_id=job.pk, start=0, end=job.size):
            file.write(piece)
    sha256 = job.claimed_sha256 or _hash_of(path)
    report_progress(job=job, stage=JobStage.CHECKING)
    settle(job=job, examined=[examine(path, _target(job), sha256=sha256)])


def _fetch(job: ArchiveJob, folder: Path) -> None:
    path = folder / "fetched"
    sha256 = fetch_archive(job=job, url=job.url, claimed_sha256=job.claimed_sha256, path=path)
    settle(job=job, examined=_examined_flat(job, folder, path, _target(job), url=job.url, sha256=sha256))


def _mirror(job: ArchiveJob, folder: Path) -> None:
    version = Version.parse(job.version)
    assert version is not None
    examined: list[Examined] = []
    for number, source in enumerate(mirror_sources(version, tuple(job.stacks))):
        place = folder / str(number)
        place.mkdir()
        path = place / "fetched"
        fetch_archive(job=job, url=source.url, claimed_sha256=source.sha256, path=path)
        examined += _examined_flat(
            job, place, path, source.target, url=source.url, sha256=source.sha256, is_always=True
        )  # fmt: skip
    settle(job=job, examined=examined)


def _verify_again(job: ArchiveJob, folder: Path) -> None:
    archive = StoredArchive.objects.filter(sha256=job.claimed_sha256).first()
    if archive is None or not is_kept(archive.sha256):
        raise Refusal("artifact::unknown", sha256=job.claimed_sha256)
    path = folder / "stored"
    with path.open("xb") as file:
        for piece in archive_pieces(archive.sha256, first=0, length=archive.size):
            file.write(piece)
    report_progress(job=job, stage=JobStage.CHECKING)
    target = _target(job)
    record = verify(path, target.version, target.arch, archive.sha256, archive.size)
    document = record.as_document() | {"format": archive.format} | _kept_origin(archive.verification)
    is_verified = record.is_verified
    update_verification(sha256=archive.sha256, verification=document, is_verified=is_verified)
    failed = ", ".join(check.name for check in record.failures)
    end_job(
        job_id=job.pk, attempt=job.attempt, state=JobState.VERIFIED if is_verified else JobState.REFUSED,
        code="" if is_verified else "artifact::not-verified", facts={"version": job.version, "checks": failed},
        records=[document], archives=[archive.sha256],
    )  # fmt: skip


def _examined_flat(
    job: ArchiveJob, folder: Path, path: Path, target: Target, *, url: str, sha256: str, is_always: bool = False
) -> list[Examined]:
    """Examines the archive with a flat root, in each format that it is kept in; the first format ends up preferred."""
    report_progress(job=job, stage=JobStage.REPACKING)
    examined = []
    for kept, origin in flat_archives(path, folder, url=url, sha256=sha256, is_always=is_always):
        report_progress(job=job, stage=JobStage.CHECKING)
        found = origin.sha256 if not origin.is_repacked else _hash_of(kept)
        examined.append(examine(kept, target, sha256=found, origin=origin))
    return examined[::-1]


def _kept_origin(verification: Mapping[str, object]) -> dict[str, object]:
    return {"origin": verification["origin"]} if "origin" in verification else {}


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _target(job: ArchiveJob) -> Target:
    version = Version.parse(job.version)
    assert version is not None, "checked when the job began"
    return Target(version, tuple(job.stacks), job.arch, job.format)


_WORK: Mapping[JobKind, Callable[[ArchiveJob, Path], None]] = {
    JobKind.UPLOAD: _examine_upload,
    JobKind.FETCH: _fetch,
    JobKind.MIRROR: _mirror,
    JobKind.VERIFY: _verify_again,
}
