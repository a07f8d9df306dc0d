"""Archives from addresses that staff enter: fetched behind the address guard by a worker, hashed while they stream."""

import time
from pathlib import Path

from django.conf import settings

from versions.addresses.fetching import FetchLimits, fetch
from versions.addresses.origins import AllowedOrigins
from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobKind, JobStage, Target, clean_sha256
from versions.domain.refusals import Fault, Refusal
from versions.models import ArchiveJob
from versions.services.archive_jobs import begin_job, check_target, report_progress

FETCH_SECONDS = 1800
_MAX_ADDRESS_CHARACTERS = 2000
_REPORT_SECONDS = 1.0


def request_fetch(*, target: Target, url: str, claimed_sha256: str, actor: Actor) -> ArchiveJob:
    """Has the address fetched in the background. The guard looks at it when it is fetched.

    Raises Refusal `stack::unknown`, `request::malformed`.
    """
    check_target(target)
    address = url.strip()
    if not address or len(address) > _MAX_ADDRESS_CHARACTERS or not address.isprintable() or not address.isascii():
        raise Refusal("request::malformed", faults=(Fault("url", "expected an address that begins with https://"),))
    return begin_job(
        kind=JobKind.FETCH, version=str(target.version), stacks=target.stacks, arch=target.arch, url=address,
        claimed_sha256=clean_sha256(claimed_sha256) if claimed_sha256.strip() else "", requested_by=actor.name,
    )  # fmt: skip


def fetch_archive(*, job: ArchiveJob, url: str, claimed_sha256: str, path: Path) -> str:
    """Fetches the address into the new file `path` and returns its hash; the job tells how far it is.

    Raises Refusal `address::…`, `artifact::hash-mismatch`, Superseded, Cancelled, OSError. The file is the caller's to
    throw away.
    """
    progress = _Progress(job)
    limits = FetchLimits(settings.ARTIFACT_MAX_BYTES, seconds=FETCH_SECONDS)
    with path.open("xb") as file:

        def write(data: bytes) -> None:
            file.write(data)
            progress.add(len(data))

        report_progress(job=job, stage=JobStage.FETCHING, size=0)
        fetched = fetch(url, AllowedOrigins.of(settings.FETCH_HOSTS), limits, write)
    report_progress(job=job, stage=JobStage.FETCHING, size=fetched.size, length=fetched.size)
    if claimed_sha256 and fetched.sha256 != claimed_sha256:
        raise Refusal("artifact::hash-mismatch", found=fetched.sha256, claimed=claimed_sha256)
    return fetched.sha256


class _Progress:
    """Counts the bytes, and tells the job's row of them about once a second."""

    def __init__(self, job: ArchiveJob) -> None:
        self._job = job
        self._size = 0
        self._told_at = time.monotonic()

    def add(self, size: int) -> None:
        self._size += size
        now = time.monotonic()
        if now - self._told_at >= _REPORT_SECONDS:
            self._told_at = now
            report_progress(job=self._job, stage=JobStage.FETCHING, size=self._size)
