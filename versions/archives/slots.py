"""Build slots: when the builder is root, each running build (or verification) has a user id of its own.

Separate ids keep builds out of each other's files and give each a process limit of its own. A slot is taken by locking
a file, so a killed builder gives it back.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from versions.domain.refusals import Refusal

_FIRST_UID = 62_000  # above what distributions hand out to people, below nobody (65534)
_SLOTS = 64
_WORK_PREFIX = "runtime-portal-work-"
_YOUNG_SECONDS = 60  # a folder is made before it is locked


@dataclass(frozen=True, slots=True)
class Slot:
    """`uid` is None when the builder is not root: the sandbox then keeps the builder's own id."""

    uid: int | None

    def give(self, path: Path) -> None:
        """Makes `path` and everything below it belong to the slot's user."""
        if self.uid is None:
            return
        os.chown(path, self.uid, self.uid, follow_symlinks=False)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(folder, name), self.uid, self.uid, follow_symlinks=False)


@contextmanager
def taken_slot() -> Iterator[Slot]:
    """A slot for the time of the block. Raises Refusal `sandbox::busy` when all are taken."""
    if os.geteuid() != 0:
        yield Slot(uid=None)
        return
    folder = _lock_folder()
    for number in range(_SLOTS):
        lock = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            yield Slot(uid=_FIRST_UID + number)
        finally:
            os.close(lock)
        return
    raise Refusal("sandbox::busy", slots=_SLOTS)


@contextmanager
def work_folder(slot: Slot) -> Iterator[Path]:
    """A folder that nobody but this user and the slot's can enter, removed at the end with whatever was left in it.

    Folders whose process was killed are removed on this occasion: they are those that nobody holds the lock of.
    """
    parent = Path(tempfile.gettempdir()) if slot.uid is None else _reachable_folder()
    _remove_abandoned(parent)
    folder = Path(tempfile.mkdtemp(prefix=_WORK_PREFIX, dir=parent))
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if slot.uid is not None:
            os.chown(folder, -1, slot.uid)
            folder.chmod(0o710)
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def _remove_abandoned(parent: Path) -> None:
    for folder in parent.glob(f"{_WORK_PREFIX}*"):
        with suppress(OSError):  # not ours, in use, or being removed by somebody else at this moment
            found = folder.lstat()
            if found.st_uid != os.geteuid() or time.time() - found.st_ctime < _YOUNG_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
            finally:
                os.close(lock)


def _remove(folder: Path) -> None:
    _make_removable(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _reachable_folder() -> Path:
    """Where temporary files go, unless another user can't get there (as when TMPDIR lies in root's home)."""
    for candidate in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")):  # noqa: S108  mkdtemp follows
        folders = (candidate, *candidate.parents)
        if candidate.is_dir() and all(folder.stat().st_mode & stat.S_IXOTH for folder in folders):
            return candidate
    raise Refusal("sandbox::no-work-folder")


def _make_removable(folder: Path) -> None:
    """Lets an ordinary user remove what a build made read-only."""
    for parent, folders, _ in os.walk(folder):
        for name in folders:
            path = Path(parent, name)
            if not path.is_symlink() and path.stat().st_mode & 0o700 != 0o700:
                path.chmod(0o700)


def _lock_folder() -> Path:
    folder = Path(tempfile.gettempdir(), "runtime-portal-slots")
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Refusal("sandbox::no-work-folder")
    return folder
