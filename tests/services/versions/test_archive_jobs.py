"""Archives on their way in: uploads, and the course of every job, as far as the services decide."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db.models.functions import Now
from pytest_django import Settings

from tests.services.versions.targets import files, real_target, target
from tests.unit.archives.archives import archive, member
from tests.unit.archives.interpreters import packed_interpreter
from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobState, Target
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import ArchiveJob, Artifact, StoredArchive, UploadChunk
from versions.selectors.archive_bytes import archive_pieces
from versions.services.archive_jobs import cancel_job, claim_job, end_job, sweep_jobs
from versions.services.archive_work import run_job
from versions.services.archives import attach_archive, store_archive
from versions.services.uploads import Manner, begin_upload, take_bytes
from versions.services.verifying import verify_again

ANNA = Actor("anna")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_stack")]


def sent(data: bytes, *, to: Target, sha256: str | None = None) -> int:
    """The job of a whole upload."""
    claimed = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
    begun = begin_upload(target=to, claimed_sha256=claimed, length=len(data), actor=ANNA)
    take_bytes(job_id=begun.id, manner=Manner(None, len(data)), pieces=[data])
    return begun.id


class TestUploads:
    def test_pieces_go_where_the_last_ones_ended(self) -> None:
        data = b"0123456789"
        sha256 = hashlib.sha256(data).hexdigest()
        job = begin_upload(target=target(), claimed_sha256=sha256, length=None, actor=ANNA).id
        assert take_bytes(job_id=job, manner=Manner(0, None), pieces=[data[:4]])[1:] == (4, False, False)
        assert take_bytes(job_id=job, manner=Manner(0, None), pieces=[data[:4]])[1:] == (4, True, False)
        for offset, bad, code in (
            (5, b"x", "artifact::wrong-offset"),
            (9, b"", "artifact::wrong-offset"),
            (2, b"23456", "artifact::wrong-offset"),
            (0, b"0x", "artifact::conflict"),
        ):
            with pytest.raises(Refusal, match=code) as refused:
                take_bytes(job_id=job, manner=Manner(offset, None), pieces=[bad])
            assert refused.value.facts["offset"] == 4
        # The hash alone tells that this was the last piece.
        assert take_bytes(job_id=job, manner=Manner(4, None), pieces=[data[4:]])[1:] == (10, False, True)
        assert take_bytes(job_id=job, manner=Manner(4, None), pieces=[data[4:]])[1:] == (10, True, True)
        with pytest.raises(Refusal, match="artifact::conflict"):
            take_bytes(job_id=job, manner=Manner(10, None), pieces=[b"more"])
        assert ArchiveJob.objects.get(pk=job).state == JobState.VERIFYING

    def test_a_whole_upload_goes_on_where_one_broke_off(self) -> None:
        data = bytes(range(256)) * 9000  # more than two rows
        sha256 = hashlib.sha256(data).hexdigest()
        job = begin_upload(target=target(), claimed_sha256=sha256, length=len(data), actor=ANNA).id
        taken = take_bytes(job_id=job, manner=Manner(None, len(data)), pieces=[data[:1_500_000]])
        assert (taken.size, taken.is_complete) == (1_500_000, False)
        again = begin_upload(target=target(), claimed_sha256=sha256, length=len(data), actor=ANNA)
        assert again == (job, 1_500_000)
        assert take_bytes(job_id=job, manner=Manner(None, len(data)), pieces=[data])[1:] == (len(data), False, True)

    def test_other_bytes_than_announced_are_thrown_away(self, tmp_path: Path) -> None:
        with pytest.raises(Refusal, match="artifact::hash-mismatch"):
            sent(b"something", to=target(), sha256="0" * 64)
        job = ArchiveJob.objects.get()
        assert (job.state, job.code) == (JobState.REFUSED, "artifact::hash-mismatch")
        assert not UploadChunk.objects.exists()
        assert files(tmp_path) == []

    def test_the_size_is_limited(self, settings: Settings) -> None:
        settings.ARTIFACT_MAX_BYTES = 10
        with pytest.raises(Refusal, match="request::too-large"):
            sent(b"0" * 11, to=target())
        job = begin_upload(target=target(), claimed_sha256="0" * 64, length=None, actor=ANNA).id
        with pytest.raises(Refusal, match="request::too-large"):
            take_bytes(job_id=job, manner=Manner(0, None), pieces=[b"0" * 11])
        assert ArchiveJob.objects.get(pk=job).size == 0

    @pytest.mark.parametrize(
        ("name", "arch", "code"), [("no-22", "amd64", "stack::"), ("stack-22", "arm64", "request::")]
    )
    def test_a_target_that_no_table_could_have(self, name: str, arch: str, code: str) -> None:
        with pytest.raises(Refusal, match=code):
            begin_upload(
                target=Target.read(version="3.12.4", stacks=[name], arch=arch), claimed_sha256="0" * 64, length=1,
                actor=ANNA,
            )  # fmt: skip

    def test_what_is_no_archive_is_refused_and_nothing_kept(self, tmp_path: Path) -> None:
        job = sent(b"not an archive", to=target())
        assert run_job(job_id=job)
        assert ArchiveJob.objects.get(pk=job).code == "artifact::unreadable"
        assert (UploadChunk.objects.count(), StoredArchive.objects.count(), files(tmp_path)) == (0, 0, [])

    def test_what_fails_a_check_is_refused_with_the_record(self, tmp_path: Path) -> None:
        program = b"#!/bin/sh\nexit 3\n"
        path = archive(tmp_path / "a.tar.gz", member("bin/python3", program, mode=0o755))
        data = path.read_bytes()
        path.unlink()
        job = sent(data, to=target())
        run_job(job_id=job)
        row = ArchiveJob.objects.get(pk=job)
        assert (row.state, row.code, row.facts["checks"]) == (JobState.REFUSED, "artifact::not-verified", "arch")
        assert [check["outcome"] for check in row.records[0]["checks"]] == ["passed", "passed", "passed", "failed"]
        assert (StoredArchive.objects.count(), files(tmp_path)) == (0, [])

    def test_an_interpreter_is_verified_stored_and_pending(self) -> None:
        packed = packed_interpreter()
        data = packed.path.read_bytes()
        job = sent(data, to=real_target())
        assert run_job(job_id=job)
        assert not run_job(job_id=job)  # a message that comes twice
        row = ArchiveJob.objects.get(pk=job)
        assert (row.state, row.archives, row.code) == (JobState.VERIFIED, [packed.sha256], "")
        assert not UploadChunk.objects.exists()
        stored = StoredArchive.objects.get(sha256=packed.sha256)
        assert stored.is_verified
        assert {"root", "checked_at", "checked_on", "checks"} <= set(stored.verification)
        assert Artifact.objects.get(release__version=str(packed.version)).sha256 == packed.sha256
        assert b"".join(archive_pieces(packed.sha256, first=100, length=50)) == data[100:150]
        # Told again it is a replay; told otherwise it is not.
        assert take_bytes(job_id=job, manner=Manner(100, None), pieces=[data[100:150]]).is_replay
        with pytest.raises(Refusal, match="artifact::conflict"):
            take_bytes(job_id=job, manner=Manner(100, None), pieces=[b"x"])

    def test_a_stored_archive_is_looked_at_again(self, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.tar.gz", member("bin/python3", b"#!/bin/sh\n", mode=0o755))
        with path.open("rb") as source:
            kept = store_archive(
                source=source, archive_format="tar.gz", verification={}, is_verified=True, actor=ANNA
            )  # fmt: skip
        version = Version(3, 12, 3)
        with pytest.raises(Refusal, match="artifact::unknown"):
            verify_again(sha256=kept.sha256, version=version, arch="amd64", actor=ANNA)
        attach_archive(stack="stack-22", version=version, arch="amd64", archive=kept)
        job = verify_again(sha256=kept.sha256, version=version, arch="amd64", actor=ANNA)
        Path(storages["artifacts"].path(f"{kept.sha256[:2]}/{kept.sha256}")).write_bytes(b"r" * kept.size)
        assert run_job(job_id=job.pk)
        kept.refresh_from_db()
        row = ArchiveJob.objects.get(pk=job.pk)
        assert (row.state, row.facts.get("checks"), kept.is_verified) == (JobState.REFUSED, "hash", False)


class TestCourse:
    def test_one_worker_has_it_and_what_was_given_up_on_cannot_write(self) -> None:
        job = sent(b"not an archive", to=target())
        first = claim_job(job_id=job)
        assert first is not None
        assert claim_job(job_id=job) is None
        other = sent(b"another", to=target("3.12.5"))
        assert claim_job(job_id=other) is None  # one at a time
        ArchiveJob.objects.filter(pk=job).update(lease_expires_at=Now() - timedelta(seconds=1))
        assert sweep_jobs() == [job, other]
        second = claim_job(job_id=job)
        assert second is not None
        assert second.attempt == 2
        assert not end_job(job_id=job, attempt=first.attempt, state=JobState.VERIFIED)
        assert end_job(job_id=job, attempt=second.attempt, state=JobState.REFUSED)
        assert claim_job(job_id=other) is not None

    def test_after_some_attempts_it_is_given_up(self) -> None:
        job = sent(b"not an archive", to=target())
        while claim_job(job_id=job):
            ArchiveJob.objects.filter(pk=job).update(lease_expires_at=Now() - timedelta(seconds=1))
        row = ArchiveJob.objects.get(pk=job)
        assert (row.state, row.code, row.attempt) == (JobState.REFUSED, "artifact::abandoned", 4)

    def test_uploads_that_nobody_goes_on_with_are_dropped_after_a_day(self) -> None:
        begun = [
            begin_upload(target=target(), claimed_sha256=str(digit) * 64, length=9, actor=ANNA).id for digit in (1, 2)
        ]
        for job in begun:
            take_bytes(job_id=job, manner=Manner(0, None), pieces=[b"part"])
        ArchiveJob.objects.filter(pk=begun[0]).update(moved_at=Now() - timedelta(hours=25))
        assert sweep_jobs() == []
        assert [job.state for job in ArchiveJob.objects.order_by("pk")] == ["cancelled", "uploading"]
        assert set(UploadChunk.objects.values_list("job", flat=True)) == {begun[1]}

    def test_stopping(self) -> None:
        waiting, taken = sent(b"one", to=target()), sent(b"two", to=target())
        assert cancel_job(job_id=waiting)
        assert ArchiveJob.objects.get(pk=waiting).state == JobState.CANCELLED
        assert claim_job(job_id=taken) is not None
        assert cancel_job(job_id=taken)
        row = ArchiveJob.objects.get(pk=taken)
        assert (row.state, row.is_cancel_requested) == (JobState.VERIFYING, True)
        assert not cancel_job(job_id=waiting)
