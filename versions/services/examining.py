"""Examining an archive that a job brought, and storing what passed: shared by uploads, fetches and mirrors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import transaction

from versions.archives.formats import format_by_content
from versions.archives.repacking import repack
from versions.archives.unpacking import archive_members
from versions.archives.verification import Check, Outcome, VerificationRecord, verify
from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobStage, JobState, Target
from versions.domain.refusals import Refusal
from versions.models import ArchiveJob, StoredArchive
from versions.services.archive_jobs import Superseded, end_job
from versions.services.archives import attach_archive, store_archive

Progress = Callable[[JobStage], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an archive came from, for the record: its address, and the hash and top folder that it had there."""

    url: str
    sha256: str
    root: str
    is_repacked: bool = False

    def as_document(self) -> dict[str, object]:
        return {"url": self.url, "sha256": self.sha256, "root": self.root, "is_repacked": self.is_repacked}


@dataclass(frozen=True, slots=True)
class Examined:
    """An archive with the record of what was found, and the target that it is for."""

    path: Path
    target: Target
    format: str
    record: VerificationRecord
    origin: Origin | None = None

    def as_document(self) -> dict[str, object]:
        document = self.record.as_document() | {"format": self.format}
        return document | ({"origin": self.origin.as_document()} if self.origin else {})


def flat_archives(
    path: Path, folder: Path, *, url: str, sha256: str, is_always: bool = False
) -> list[tuple[Path, Origin]]:
    """The fetched archive itself when its root is flat, else it packed again in each format; `is_always` packs anyway.

    Raises Refusals of unsafe and unreadable archives.
    """
    root = archive_members(path).root
    if not root and not is_always:
        return [(path, Origin(url, sha256, root))]
    return [(packed.path, Origin(url, sha256, root, is_repacked=True)) for packed in repack(path, folder)]


def examine(path: Path, target: Target, *, sha256: str, origin: Origin | None = None) -> Examined:
    """Looks at the archive from all sides; what is wrong with it stands in the record.

    Raises Refusal `artifact::unreadable` for what is no archive, OSError and `sandbox::busy` for trouble here.
    """
    found = format_by_content(path)
    if found is None:
        raise Refusal("artifact::unreadable", problem="it is not a tar archive in gzip, zstd or xz form")
    record = verify(path, target.version, target.arch, sha256, None)
    if target.format:
        is_right = target.format == found.value
        detail = f"it is a .{found.value}" + ("" if is_right else f", not a .{target.format}")
        check = Check("format", Outcome.PASSED if is_right else Outcome.FAILED, detail)
        record = replace(record, checks=(check, *record.checks))
    return Examined(path, target, found.value, record, origin)


def settle(*, job: ArchiveJob, examined: Sequence[Examined]) -> None:
    """Stores and names all archives when each of them passed; else the job is refused, and nothing is kept.

    The last one is preferred. Raises Superseded, Refusal `stack::unknown`; OSError when the storage doesn't take them.
    """
    records = [item.as_document() for item in examined]
    if any(not item.record.is_verified for item in examined):
        _refuse(job, examined, records)
        return
    actor = Actor(job.requested_by)
    with transaction.atomic():
        if not ArchiveJob.objects.select_for_update().filter(
            pk=job.pk, attempt=job.attempt, state=JobState.VERIFYING, is_cancel_requested=False
        ).exists():  # fmt: skip
            raise Superseded
        stored = [_stored(item, actor) for item in examined]
        for item, archive in zip(examined, stored, strict=True):
            for stack in item.target.stacks:
                attach_archive(stack=stack, version=item.target.version, arch=item.target.arch, archive=archive)
        end_job(
            job_id=job.pk, attempt=job.attempt, state=JobState.VERIFIED,
            records=[dict(archive.verification) for archive in stored], archives=[archive.sha256 for archive in stored],
        )  # fmt: skip


def _refuse(job: ArchiveJob, examined: Sequence[Examined], records: Sequence[Mapping[str, object]]) -> None:
    failed = dict.fromkeys(check.name for item in examined for check in item.record.failures)
    facts = {"version": job.version, "checks": ", ".join(failed)}
    end_job(
        job_id=job.pk, attempt=job.attempt, state=JobState.REFUSED, code="artifact::not-verified", facts=facts,
        records=records,
    )  # fmt: skip


def _stored(item: Examined, actor: Actor) -> StoredArchive:
    with item.path.open("rb") as source:
        return store_archive(
            source=source,
            archive_format=item.format,
            verification=item.as_document(),
            is_verified=item.record.is_verified,
            actor=actor,
        )
