"""Files without a row: what a crash between keeping an archive's bytes and writing its row leaves in the storage."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import Storage, storages
from django.db import transaction
from django.utils import timezone

from versions.models import StoredArchive
from versions.selectors.archives import archive_name
from versions.services.archives import lock_hash

# Far longer than a job takes from its first byte to its row, all attempts included.
ORPHANS_ARE_KEPT = timedelta(days=1)
_FOLDER = re.compile(r"[0-9a-f]{2}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)

log = logging.getLogger(__name__)


def remove_orphans(*, kept_for: timedelta = ORPHANS_ARE_KEPT) -> int:
    """Removes files older than `kept_for` that are named like an archive and belong to none; returns how many.

    Other files in the storage are left alone: a bucket may be shared. Raises OSError when the storage is away.
    """
    storage = storages["artifacts"]
    return sum(_remove_if_orphan(storage, sha256, kept_for) for sha256 in _without_row(storage))


def _without_row(storage: Storage) -> Iterator[str]:
    """Hashes that the storage has a file for and the database no row, a folder of files at a time."""
    for folder in _folders(storage):
        _folders_inside, files = storage.listdir(folder)
        found = {name for name in files if _SHA256.fullmatch(name) and archive_name(name) == f"{folder}/{name}"}
        known = StoredArchive.objects.filter(sha256__in=found).values_list("sha256", flat=True)
        yield from sorted(found - set(known))


def _folders(storage: Storage) -> list[str]:
    try:
        folders, _files = storage.listdir("")
    except FileNotFoundError:  # nothing was ever stored
        return []
    return sorted(name for name in folders if _FOLDER.fullmatch(name))


@transaction.atomic
def _remove_if_orphan(storage: Storage, sha256: str, kept_for: timedelta) -> bool:
    """Looks again while nobody can be storing these bytes: whoever does holds the lock until the row is written."""
    lock_hash(sha256)
    name = archive_name(sha256)
    if StoredArchive.objects.filter(sha256=sha256).exists() or not storage.exists(name):
        return False
    if storage.get_modified_time(name) > timezone.now() - kept_for:
        return False
    storage.delete(name)
    log.warning("Removed the file of archive %s, which a crash had left without a row.", sha256)
    return True
