"""Keeping archives: bytes are hashed, stored under their hash, verified, and only then named by a release."""

import hashlib
import platform
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone

from versions.domain.actor import Actor
from versions.domain.refusals import Refusal
from versions.domain.table import ArtifactEntry, ReleaseEntry
from versions.domain.version import Version
from versions.models import StoredArchive
from versions.selectors.archives import archive_name
from versions.selectors.pending import pending_rows
from versions.services.locks import lock_table
from versions.services.pending import write_release

BLOCK_BYTES = 1024 * 1024


def store_archive(
    *,
    source: IO[bytes],
    archive_format: str,
    verification: Mapping[str, object],
    is_verified: bool,
    actor: Actor,
) -> StoredArchive:
    """Keeps the bytes under their hash. Bytes that are there already are kept once; a newer verification replaces.

    Raises OSError when the storage has no room or cannot be reached; nothing half-written is left then.
    """
    sha256, size = _hashed(source)
    source.seek(0)
    with transaction.atomic():
        lock_hash(sha256)
        _keep_bytes(source, archive_name(sha256), size)
        record = {**verification, **_checked_now()}
        return _keep_row(sha256, size, archive_format, record, is_verified=is_verified, actor=actor)


def update_verification(*, sha256: str, verification: Mapping[str, object], is_verified: bool) -> None:
    """What a newer look at a stored archive has found."""
    archive = StoredArchive.objects.get(sha256=sha256)
    archive.verification, archive.is_verified = {**verification, **_checked_now()}, is_verified
    archive.save(update_fields=["verification", "is_verified"])


def _checked_now() -> dict[str, object]:
    """When and where the record that is being kept was made."""
    return {"checked_at": timezone.now().isoformat().replace("+00:00", "Z"), "checked_on": platform.node()}


def lock_hash(sha256: str) -> None:
    """One at a time stores or removes these bytes, until its transaction ends.

    A second one would take a half-written file for a broken one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(sha256[:15], 16)])


def _keep_bytes(source: IO[bytes], name: str, size: int) -> None:
    storage = storages["artifacts"]
    if storage.exists(name):
        if storage.size(name) == size:
            return
        storage.delete(name)  # left behind half-written by a crash
    try:
        # The file comes first: a row without bytes would be a promise that nobody can keep.
        storage.save(name, File(source))
    except Exception as error:
        with suppress(Exception):
            storage.delete(name)
        # Each storage has errors of its own; whoever stores needs to know only that it was not the archive's fault.
        raise OSError(f"the storage did not take {name}: {error}") from error


def _keep_row(
    sha256: str, size: int, archive_format: str, verification: Mapping[str, object], *, is_verified: bool, actor: Actor
) -> StoredArchive:
    archive, _ = StoredArchive.objects.update_or_create(
        sha256=sha256,
        defaults={"verification": dict(verification), "is_verified": is_verified},
        create_defaults={
            "size": size,
            "format": archive_format,
            "verification": dict(verification),
            "is_verified": is_verified,
            "stored_by": actor.name,
        },
    )
    return archive


@transaction.atomic
def attach_archive(*, stack: str, version: Version, arch: str, archive: StoredArchive) -> ReleaseEntry:
    """Names a stored archive as the preferred artifact of a pending release, which is made when it is new.

    Raises Refusal `stack::unknown`.
    """
    lock_table()
    held = pending_rows().find_stack(stack)
    if held is None:
        raise Refusal("stack::unknown", stack=stack)
    release = held.find_release(version) or ReleaseEntry(version)
    artifact = ArtifactEntry(
        arch=arch,
        format=archive.format,
        url=f"/exports/by-sha256/{archive.sha256}",
        sha256=archive.sha256,
        size=archive.size,
    )
    others = tuple(
        other for other in release.artifacts if (other.arch, other.format) != (artifact.arch, artifact.format)
    )
    wanted = ReleaseEntry(version, release.released_on, release.status, release.reason, (artifact, *others))
    write_release(stack=stack, release=wanted)
    return wanted


def _hashed(source: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK_BYTES):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def scratch_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder for one packing or verification, gone afterwards whatever happens."""
    return tempfile.TemporaryDirectory(prefix="portal-archive-", dir=Path(tempfile.gettempdir()))
