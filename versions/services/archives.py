"""Keeping archives: bytes are hashed, stored under their hash, verified, and only then named by a release."""

import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction

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
    """Keeps the bytes under their hash. Bytes that are there already are kept once; a newer verification replaces."""
    sha256, size = _hashed(source)
    source.seek(0)
    name = archive_name(sha256)
    storage = storages["artifacts"]
    if storage.exists(name) and storage.size(name) != size:
        storage.delete(name)  # left behind half-written by a crash
    if not storage.exists(name):
        # The file comes first: a row without bytes would be a promise that nobody can keep.
        storage.save(name, File(source))
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
