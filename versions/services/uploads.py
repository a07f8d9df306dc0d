"""Archives that are sent here: bytes are taken in pieces, in order, and kept until the whole is hashed.

An upload grows as the log of a step does: what was stored may be sent again, a gap or other bytes are refused, and who
lost the connection asks for the offset and goes on.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobKind, JobStage, JobState, Target
from versions.domain.refusals import Refusal
from versions.models import ArchiveJob, StoredArchive, UploadChunk
from versions.selectors.archive_bytes import archive_pieces
from versions.selectors.archive_jobs import open_upload
from versions.services.archive_jobs import check_target, end_job, hint_later

if TYPE_CHECKING:
    from hashlib import _Hash

PIECE_BYTES = 1024 * 1024  # in one row, and in one transaction
_KEPT_HASHES = 64


class Uploaded(NamedTuple):
    """How far an upload is. `is_replay`: nothing new came. `is_complete`: all bytes are here, with the right hash."""

    job_id: int
    size: int
    is_replay: bool
    is_complete: bool


class BegunUpload(NamedTuple):
    """Its number, and how many bytes of it are here already."""

    id: int
    size: int


class Manner(NamedTuple):
    """How bytes come: at which offset, None for the whole archive at once; how many the archive has, where known."""

    offset: int | None
    length: int | None


def begin_upload(
    *, target: Target, claimed_sha256: str, length: int | None, actor: Actor, label: str = ""
) -> BegunUpload:
    """The open upload of this archive for this target; a new one when there is none.

    Raises Refusal `stack::unknown`, `request::malformed`, `request::too-large`.
    """
    check_target(target)
    _check_size(length or 0)
    found = open_upload(target, claimed_sha256=claimed_sha256, label=label, requested_by=actor.name)
    if found is not None:
        return BegunUpload(found.pk, found.size)
    try:
        with transaction.atomic():
            made = ArchiveJob.objects.create(
                kind=JobKind.UPLOAD,
                state=JobState.UPLOADING,
                version=str(target.version),
                stacks=list(target.stacks),
                arch=target.arch,
                format=target.format,
                claimed_sha256=claimed_sha256,
                length=length,
                label=label,
                requested_by=actor.name,
                moved_at=Now(),
            )
            return BegunUpload(made.pk, 0)
    except IntegrityError:  # somebody else began it at the same time
        found = open_upload(target, claimed_sha256=claimed_sha256, label=label, requested_by=actor.name)
        if found is None:
            raise
        return BegunUpload(found.pk, found.size)


def take_bytes(*, job_id: int, manner: Manner, pieces: Iterable[bytes]) -> Uploaded:
    """Stores the pieces where they belong; what was stored before a Refusal stays, and its sender may go on from there.

    Raises Refusal `artifact::wrong-offset` (fact `offset`: the right one), `artifact::conflict`, `request::too-large`,
    and `artifact::hash-mismatch` when all has come and isn't what was announced: nothing is kept then.
    """
    offset, is_replay = manner.offset or 0, True
    for piece in _cut(pieces):
        is_new = _append(job_id, offset, piece, is_whole=manner.offset is None)
        is_replay = is_replay and not is_new
        offset += len(piece)
    job = ArchiveJob.objects.get(pk=job_id)
    if offset > job.size:  # nothing came, for a place that is not reached yet
        raise Refusal("artifact::wrong-offset", offset=job.size)
    if job.state != JobState.UPLOADING:
        return Uploaded(job.pk, job.size, is_replay, is_complete=job.state in (JobState.VERIFYING, JobState.VERIFIED))
    length = manner.length if manner.length is not None else job.length
    return Uploaded(job.pk, job.size, is_replay, _complete_if_whole(job, length))


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for start in range(0, len(piece), PIECE_BYTES):
            yield piece[start : start + PIECE_BYTES]


@transaction.atomic
def _append(job_id: int, offset: int, data: bytes, *, is_whole: bool) -> bool:
    """Stores the bytes that are new; False when there are none."""
    job = ArchiveJob.objects.select_for_update().get(pk=job_id)
    known = min(max(job.size - offset, 0), len(data))
    if known and _stored(job, offset, offset + known) != data[:known]:
        raise Refusal("artifact::conflict", offset=job.size)
    if known == len(data):
        return False
    if job.state != JobState.UPLOADING:
        raise Refusal("artifact::conflict", offset=job.size)
    if offset > job.size or (known and not is_whole):
        raise Refusal("artifact::wrong-offset", offset=job.size)
    end = offset + len(data)
    _check_size(end)
    if job.length is not None and end > job.length:
        raise Refusal("artifact::conflict", offset=job.size)
    UploadChunk.objects.create(job=job, offset=job.size, end=end, data=data[known:])
    ArchiveJob.objects.filter(pk=job.pk).update(size=end, moved_at=Now())
    return True


def _stored(job: ArchiveJob, start: int, end: int) -> bytes:
    """Bytes of the upload: as long as it is open from its rows, afterwards from what was stored under its hash."""
    if job.state not in (JobState.UPLOADING, JobState.VERIFYING):
        sha256 = job.claimed_sha256 or next(iter(job.archives), "")
        if not StoredArchive.objects.filter(sha256=sha256).exists():
            return b""
        return b"".join(archive_pieces(sha256, first=start, length=end - start))
    chunks = UploadChunk.objects.filter(job=job, offset__lt=end, end__gt=start).order_by("offset")
    return b"".join(
        bytes(chunk.data)[max(start - chunk.offset, 0) : end - chunk.offset] for chunk in chunks.iterator(chunk_size=4)
    )


def _complete_if_whole(job: ArchiveJob, length: int | None) -> bool:
    if length is None and not job.claimed_sha256:
        return False
    if length is not None and job.size < length:
        return False
    if job.size == 0:
        return False
    found = _running_hash(job)
    if length is not None and (job.size != length or found != (job.claimed_sha256 or found)):
        end_job(
            job_id=job.pk, state=JobState.REFUSED, code="artifact::hash-mismatch",
            facts={"found": found, "claimed": job.claimed_sha256},
        )  # fmt: skip
        raise Refusal("artifact::hash-mismatch", found=found, claimed=job.claimed_sha256)
    if job.claimed_sha256 and found != job.claimed_sha256:
        return False  # more is to come
    moved = ArchiveJob.objects.filter(pk=job.pk, state=JobState.UPLOADING, size=job.size).update(
        state=JobState.VERIFYING, stage=JobStage.WAITING, length=job.size, moved_at=Now()
    )
    if moved:
        hint_later(job.pk)
    return True


def _check_size(size: int) -> None:
    if size > settings.ARTIFACT_MAX_BYTES:
        raise Refusal("request::too-large", limit_bytes=settings.ARTIFACT_MAX_BYTES)


class _Hashes:
    """How far this process has hashed each upload, so that asking after every chunk reads each byte only once.

    An upload's bytes never change and only grow: an entry is right for as long as it is kept. The instant tells an
    upload from one that had its number in a database since restored.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, datetime], tuple[int, _Hash]] = OrderedDict()

    def take(self, job: ArchiveJob) -> "tuple[int, _Hash]":
        with self._lock:
            offset, digest = self._kept.get((job.pk, job.created_at)) or (0, hashlib.sha256())
            return offset, digest.copy()

    def keep(self, job: ArchiveJob, offset: int, digest: "_Hash") -> None:
        key = (job.pk, job.created_at)
        with self._lock:
            self._kept[key] = (offset, digest)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT_HASHES:
                self._kept.popitem(last=False)


_hashes = _Hashes()


def _running_hash(job: ArchiveJob) -> str:
    """SHA-256 of the bytes so far."""
    offset, digest = _hashes.take(job)
    if offset > job.size:
        offset, digest = 0, hashlib.sha256()
    for piece in upload_pieces(job_id=job.pk, start=offset, end=job.size):
        digest.update(piece)
    _hashes.keep(job, job.size, digest)
    return digest.hexdigest()


def upload_pieces(*, job_id: int, start: int, end: int) -> Iterator[bytes]:
    """The bytes [start, end) of an upload, a row at a time."""
    while start < end:
        chunk = UploadChunk.objects.filter(job_id=job_id, offset__lte=start, end__gt=start).order_by("-offset").first()
        if chunk is None:
            return
        data = bytes(chunk.data)[start - chunk.offset : end - chunk.offset]
        start += len(data)
        yield data
