"""Archives on their way in, as the release's page and the API show them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from versions.domain.archive_jobs import OPEN_STATES, JobKind, JobState, Target
from versions.domain.messages import Explanation, explain
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import ArchiveJob, StoredArchive
from versions.selectors.releases import VerificationView, verification_view

SHOWN_JOBS = 20


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with what a page says of it. `size` and `length` in bytes; `percent` None while the length is not known."""

    id: int
    kind: str
    state: str
    stage: str
    version: str
    stacks: tuple[str, ...]
    arch: str
    format: str
    claimed_sha256: str
    url: str
    label: str
    size: int
    length: int | None
    archives: tuple[str, ...]
    records: tuple[VerificationView, ...]
    explanation: Explanation | None
    is_open: bool
    is_cancelling: bool
    can_retry: bool
    requested_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def file(self) -> str:
        """The name of an uploaded file; its label goes on with size and time of change."""
        return self.label.partition("/")[0]

    @property
    def percent(self) -> int | None:
        return min(100, self.size * 100 // self.length) if self.length else None


def release_jobs(version: Version) -> tuple[JobView, ...]:
    """The newest jobs of a release. One query."""
    return tuple(_view(job) for job in ArchiveJob.objects.filter(version=str(version))[:SHOWN_JOBS])


def archive_job(job_id: int) -> JobView:
    """Raises Refusal `artifact::job-unknown`."""
    job = ArchiveJob.objects.filter(pk=job_id).first()
    if job is None:
        raise Refusal("artifact::job-unknown", job=job_id)
    return _view(job)


def open_upload(target: Target, *, claimed_sha256: str, label: str = "", requested_by: str = "") -> ArchiveJob | None:
    """The upload that these bytes belong to: by the hash that is claimed; by person and file when none is.

    One that was verified counts, too, so that sending it again is told from sending something else.
    """
    rows = ArchiveJob.objects.filter(
        kind=JobKind.UPLOAD, version=str(target.version), arch=target.arch, stacks=list(target.stacks)
    ).order_by("-pk")
    if claimed_sha256:
        states = (*OPEN_STATES, JobState.VERIFIED)
        found = rows.filter(claimed_sha256=claimed_sha256, state__in=states).first()
        if found is not None and found.state == JobState.VERIFIED:
            is_kept = StoredArchive.objects.filter(sha256=claimed_sha256, is_verified=True).exists()
            return found if is_kept else None
        return found
    return rows.filter(
        claimed_sha256="", state=JobState.UPLOADING, label=label, requested_by=requested_by
    ).first()  # fmt: skip


def upload_state(
    sha256: str, *, stacks: Sequence[str], version: str, arch: str, limit: Collection[str]
) -> dict[str, object]:
    """What is known of an archive by its hash: the newest upload of it that the query and the token's stacks fit.

    Raises Refusal `artifact::unknown`.
    """
    rows = ArchiveJob.objects.filter(kind=JobKind.UPLOAD, claimed_sha256=sha256).order_by("-pk")
    for name, value in (("version", version), ("arch", arch)):
        if value:
            rows = rows.filter(**{name: value})
    for job in rows[:100]:
        held = set(job.stacks)
        if held.issuperset(stacks) and (not limit or held.issubset(limit)):
            return upload_document(job)
    stored = StoredArchive.objects.filter(sha256=sha256).first()
    if stored is None or stacks or version or arch:
        raise Refusal("artifact::unknown", sha256=sha256)
    state = JobState.VERIFIED if stored.is_verified else JobState.REFUSED
    return {
        "sha256": sha256, "state": state.value, "stage": "", "size": stored.size, "upload_offset": stored.size,
        "format": stored.format, "failure": None, "records": [stored.verification],
    }  # fmt: skip


def archive_document(job_id: int) -> dict[str, object]:
    """The upload with this number, as the API shows it."""
    return upload_document(ArchiveJob.objects.get(pk=job_id))


def upload_document(job: ArchiveJob) -> dict[str, object]:
    """An upload as the API shows it. `upload_offset` says where to go on."""
    explanation = explain(job.code, job.facts) if job.code else None
    return {
        "id": job.pk,
        "sha256": job.claimed_sha256,
        "state": job.state,
        "stage": job.stage,
        "stacks": job.stacks,
        "version": job.version,
        "arch": job.arch,
        "format": job.format or None,
        "size": job.length,
        "upload_offset": job.size,
        "failure": {"code": explanation.code, "title": explanation.title, "message": explanation.text}
        if explanation
        else None,
        "records": job.records,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
    }


def _view(job: ArchiveJob) -> JobView:
    return JobView(
        id=job.pk,
        kind=job.kind,
        state=job.state,
        stage=job.stage,
        version=job.version,
        stacks=tuple(job.stacks),
        arch=job.arch,
        format=job.format,
        claimed_sha256=job.claimed_sha256,
        url=job.url,
        label=job.label,
        size=job.size,
        length=job.length,
        archives=tuple(job.archives),
        records=tuple(verification_view(record) for record in job.records),
        explanation=explain(job.code, job.facts) if job.code else None,
        is_open=job.state in OPEN_STATES,
        is_cancelling=job.is_cancel_requested and job.state in OPEN_STATES,
        can_retry=job.kind != JobKind.UPLOAD and job.state in (JobState.REFUSED, JobState.CANCELLED),
        requested_by=job.requested_by,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )
