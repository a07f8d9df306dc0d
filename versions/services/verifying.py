"""Looking again at an archive that is kept, for instance on a machine that can do more than the one before."""

from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobKind, clean_sha256
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import ArchiveJob, Artifact, StoredArchive
from versions.services.archive_jobs import begin_job


def verify_again(*, sha256: str, version: Version, arch: str, actor: Actor) -> ArchiveJob:
    """Has a stored archive of this release verified in the background; its newest record counts from then on.

    Raises Refusal `artifact::unknown` for an archive that isn't kept here or isn't one of this release's.
    """
    wanted = clean_sha256(sha256)
    archive = StoredArchive.objects.filter(sha256=wanted).first()
    is_of_release = archive is not None and (
        archive.verification.get("version") == str(version)
        or Artifact.objects.filter(sha256=wanted, release__version=str(version)).exists()
    )
    if archive is None or not is_of_release:
        raise Refusal("artifact::unknown", sha256=wanted)
    known_arch = str(archive.verification.get("arch") or arch)
    return begin_job(
        kind=JobKind.VERIFY, version=str(version), stacks=(), arch=known_arch, claimed_sha256=wanted,
        requested_by=actor.name,
    )  # fmt: skip
