"""What a buildpack keeps between two builds of an app: one folder for each portal, app, stack and buildpack."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from builds.builder.failures import NotBuildable
from builds.builder.sources import copy_source

MAX_BYTES = 2 * 1024**3
MAX_ENTRIES = 200_000
_KEPT_SECONDS = 30 * 24 * 3600.0  # an app that is not built for a month starts anew


class KeptCache:
    """One app's cache. Its contents come from the app's own code, so nothing in it is followed or opened here."""

    def __init__(self, place: Path | None) -> None:
        self._place = place

    def bring(self, target: Path) -> None:
        """Makes the folder `target`, with what the last build left there; empty where there is nothing."""
        if self._place is None or not self._place.is_dir() or not _moved(self._place, target):
            target.mkdir(exist_ok=True)

    def keep(self, source: Path) -> None:
        """Keeps the folder for the next build, unless it has grown beyond all measure."""
        if self._place is None or source.is_symlink() or not _is_moderate(source):
            return
        shutil.rmtree(self._place, ignore_errors=True)
        _moved(source, self._place)


@contextmanager
def kept_cache(folder: Path, *parts: str) -> Iterator[KeptCache]:
    """The cache that `parts` name, below `folder`, ours alone for the time of the block.

    While another build of the same app has it, and where the folder cannot be used, a cache that keeps nothing.
    """
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        yield KeptCache(None)
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield KeptCache(None)
            return
        os.utime(lock)
        _remove_old(folder)
        yield KeptCache(folder / name)
    finally:
        os.close(lock)


def _moved(source: Path, target: Path) -> bool:
    """Moves the folder, by copying where the two are on different disks; False when that fails, with nothing left."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            return False
    else:
        return True
    copy = Path(tempfile.mkdtemp(prefix=".arriving-", dir=target.parent))
    try:
        copy_source(source, copy / "cache")
        (copy / "cache").rename(target)
    except (NotBuildable, OSError):
        return False
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.rmtree(source, ignore_errors=True)
    return True


def _is_moderate(folder: Path) -> bool:
    size = entries = 0
    for parent, folders, files in os.walk(folder):
        entries += len(folders) + len(files)
        for name in files:
            with suppress(OSError):
                size += Path(parent, name).lstat().st_size
        if size > MAX_BYTES or entries > MAX_ENTRIES:
            return False
    return True


def _remove_old(folder: Path) -> None:
    for lock in folder.glob("*.lock"):
        with suppress(OSError):
            if time.time() - lock.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink()
