"""Archives coming in when things go wrong: two senders at once, a disk without room, hostile contents."""

import hashlib
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connections
from pytest_django import Settings

from tests.tables import small_table
from tests.unit.archives.archives import archive, member, symlink
from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobState, Target
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.models import ArchiveJob, StoredArchive, UploadChunk
from versions.services.archive_work import run_job
from versions.services.archives import store_archive
from versions.services.pending import import_table
from versions.services.uploads import Manner, begin_upload, take_bytes, upload_pieces

ANNA = Actor("anna")
DATA = bytes(range(256)) * 20_000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> Path:
    """The folder of the test's own storage, and a stack."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": place}
    import_table(document=table_document(small_table("3.12.3")))
    return tmp_path / "kept"


def target() -> Target:
    return Target.read(version="3.12.4", stacks=["stack-22"], arch="amd64")


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_make_one_upload_with_every_byte(kept: Path) -> None:
    start, trouble = Barrier(3), []

    def send(piece_bytes: int) -> None:
        try:
            start.wait()
            begun = begin_upload(target=target(), claimed_sha256=SHA256, length=len(DATA), actor=ANNA)
            pieces = (DATA[place : place + piece_bytes] for place in range(0, len(DATA), piece_bytes))
            take_bytes(job_id=begun.id, manner=Manner(None, len(DATA)), pieces=pieces)
        except Refusal as refusal:
            trouble.append(refusal)
        finally:
            connections.close_all()

    threads = [Thread(target=send, args=(size,)) for size in (300_000, 450_000, 1_000_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    job = ArchiveJob.objects.get()
    assert (job.state, job.size) == (JobState.VERIFYING, len(DATA))
    assert b"".join(upload_pieces(job_id=job.pk, start=0, end=job.size)) == DATA


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """A disk that takes no more than `size` bytes in one file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.django_db
def test_a_disk_without_room_keeps_nothing_and_the_next_attempt_succeeds(kept: Path) -> None:
    def store() -> StoredArchive:
        return store_archive(
            source=io.BytesIO(DATA), archive_format="tar.gz", verification={}, is_verified=True, actor=ANNA
        )

    with no_file_beyond(1_000_000), pytest.raises(OSError, match="storage"):
        store()
    assert not StoredArchive.objects.exists()
    assert [path for path in kept.rglob("*") if path.is_file()] == []
    assert Path(kept, SHA256[:2], store().sha256).read_bytes() == DATA


@pytest.mark.django_db
def test_a_worker_without_room_puts_the_job_off(kept: Path) -> None:
    begun = begin_upload(target=target(), claimed_sha256=SHA256, length=len(DATA), actor=ANNA)
    take_bytes(job_id=begun.id, manner=Manner(None, len(DATA)), pieces=[DATA])
    with no_file_beyond(1_000_000):
        run_job(job_id=begun.id)
    job = ArchiveJob.objects.get()
    assert (job.state, job.stage, UploadChunk.objects.exists()) == (JobState.VERIFYING, "waiting", True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "hostile",
    [member("../evil", b"x"), symlink("lib/out", "/etc/passwd"), member("/etc/evil", b"x"), member("dev", kind=b"3")],
    ids=["climbs", "link", "absolute", "device"],
)
def test_hostile_archives_are_refused_with_the_record_and_nothing_kept(
    hostile: tuple[object, bytes], kept: Path, tmp_path: Path
) -> None:
    path = archive(tmp_path / "a.tar.gz", member("bin/python3", b"x"), hostile)  # type: ignore[arg-type]
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    begun = begin_upload(target=target(), claimed_sha256=sha256, length=len(data), actor=ANNA)
    take_bytes(job_id=begun.id, manner=Manner(None, len(data)), pieces=[data])
    run_job(job_id=begun.id)
    job = ArchiveJob.objects.get()
    assert (job.state, job.code, job.facts["checks"]) == (JobState.REFUSED, "artifact::not-verified", "members")
    assert (StoredArchive.objects.exists(), UploadChunk.objects.exists()) == (False, False)
    assert not kept.exists()
