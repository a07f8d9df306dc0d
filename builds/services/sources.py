"""Keeping apps' source archives for queued builds: streamed, hashed, stored under their hash, removed when old."""

import hashlib
import tempfile
from collections.abc import Callable
from datetime import timedelta
from typing import IO, NamedTuple

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models.functions import Now

from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus
from builds.models import Build, StoredSource
from builds.selectors.sources import source_name
from versions.domain.refusals import Refusal

_BLOCK_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 1024**2
_BATCH = 200


class KeptSource(NamedTuple):
    """`is_new` is False for bytes that were there already. `size` in bytes."""

    sha256: str
    size: int
    is_new: bool


def keep_source(*, sha256: str, read: Callable[[int], bytes], limit_bytes: int, caller: Caller) -> KeptSource:
    """Stores what `read(count)` gives until it gives nothing, if it has that hash; nothing is left of it otherwise.

    Raises Refusal `source::digest-mismatch`, `request::too-large`.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
        size = _received(sha256, read, limit_bytes, spool)
        with transaction.atomic():
            _lock(sha256)
            _store(sha256, size, spool)
            columns = {
                "uploaded_at": Now(),
                "uploaded_by_key": caller.key,
                "uploaded_by_name": caller.actor.name,
            }
            _row, is_new = StoredSource.objects.update_or_create(
                sha256=sha256, defaults=columns, create_defaults={"size": size, **columns}
            )
    return KeptSource(sha256, size, is_new)


def remove_old_sources(*, days: int) -> list[str]:
    """Removes sources last sent more than `days` ago that no queued or running build names; returns their hashes."""
    old = StoredSource.objects.filter(uploaded_at__lt=Now() - timedelta(days=days))
    removed = []
    for sha256 in list(old.order_by("uploaded_at").values_list("sha256", flat=True)[:_BATCH]):
        with transaction.atomic():
            _lock(sha256)
            row = old.filter(sha256=sha256).first()
            if row is None or _is_needed(sha256):
                continue
            # The file goes first: should this process die now, the row says what the next run has to remove.
            default_storage.delete(source_name(sha256))
            row.delete()
            removed.append(sha256)
    return removed


def _received(sha256: str, read: Callable[[int], bytes], limit_bytes: int, spool: IO[bytes]) -> int:
    digest, size = hashlib.sha256(), 0
    while block := read(_BLOCK_BYTES):
        size += len(block)
        if size > limit_bytes:
            raise Refusal("request::too-large", limit_bytes=limit_bytes)
        digest.update(block)
        spool.write(block)
    if not size or digest.hexdigest() != sha256:
        raise Refusal("source::digest-mismatch", size=size, found=digest.hexdigest())
    return size


def _store(sha256: str, size: int, spool: IO[bytes]) -> None:
    name = source_name(sha256)
    if default_storage.exists(name):
        if default_storage.size(name) == size:
            return
        default_storage.delete(name)  # left behind half-written by a crash
    spool.seek(0)
    default_storage.save(name, File(spool))


def _is_needed(sha256: str) -> bool:
    waiting = Build.objects.filter(status__in=[BuildStatus.QUEUED, BuildStatus.RUNNING])
    return waiting.filter(source__sha256=sha256).exists()


def _lock(sha256: str) -> None:
    """Uploads and the removal of the same bytes take turns, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])
