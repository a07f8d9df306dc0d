"""Where one cluster lives: its data, its socket, and the identity and programs that may use them."""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from portal.installation.postgres.binaries import Binaries, binaries_for, inspected
from portal.installation.postgres.identity import Identity, chosen_identity, give, system_identity

SHARED_PLACE = Path("/var/lib/runtime-portal-db")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # bytes; the kernel stops at 107, and the lock file beside it has a longer name
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # a comma or a quote would end the path in the server's own syntax


@dataclass(frozen=True, slots=True)
class Place:
    """One cluster's files; `folder` is ours or, where root needs a system user, one that this user can reach."""

    folder: Path
    identity: Identity
    binaries: Binaries
    socket_folder: Path

    @property
    def data(self) -> Path:
        """The folder that initdb makes."""
        return self.folder / "data"


def prepared_place(home: Path) -> Place:
    """The place of the cluster that belongs to the folder `home`; made when it is new, found again when it isn't.

    Raises InstallationTrouble.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    pointer = home / "elsewhere"
    folder = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else home
    binaries = binaries_for(_major_of(folder / "data"))
    identity = None if folder != home else chosen_identity(home, binaries.server)
    if identity is None:
        identity = system_identity()
        folder = _shared_folder(home, identity)
        binaries = _reachable(binaries, identity, folder)
        pointer.write_text(f"{folder}\n", encoding="utf-8")
    return Place(folder, identity, binaries, _socket_folder(home, folder, identity))


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _shared_folder(home: Path, identity: Identity) -> Path:
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    folder = SHARED_PLACE / name
    SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    give(folder, identity)
    return folder


def _reachable(binaries: Binaries, identity: Identity, folder: Path) -> Binaries:
    """The same programs where the system user can start them: those of a wheel may lie in root's private folders."""
    if identity.can_use(folder, binaries.server):
        return binaries
    copy = SHARED_PLACE / f"postgres-{binaries.major}"
    if inspected(copy / "bin") is None:
        unfinished = Path(tempfile.mkdtemp(dir=SHARED_PLACE))
        shutil.copytree(binaries.folder.parent, unfinished / "tree", symlinks=True)
        shutil.rmtree(copy, ignore_errors=True)
        (unfinished / "tree").rename(copy)
        shutil.rmtree(unfinished)
    return inspected(copy / "bin") or binaries


def _socket_folder(home: Path, folder: Path, identity: Identity) -> Path:
    """A private folder with a short name. Where ours is too long, one below /tmp that a pointer remembers."""
    natural = folder / "socket"
    if len(os.fsencode(natural / SOCKET_NAME)) <= LONGEST_SOCKET_PATH and PLAIN_PATH.fullmatch(str(natural)):
        natural.mkdir(mode=0o700, exist_ok=True)
        give(natural, identity)
        return natural
    pointer = home / "socket-elsewhere"
    remembered = Path(pointer.read_text(encoding="utf-8").strip()) if pointer.exists() else None
    if remembered is not None and _is_private(remembered):
        return remembered
    # mkdtemp's name cannot be guessed, so nobody can put a folder of theirs in our way.
    made = Path(tempfile.mkdtemp(prefix="portal-", dir="/tmp"))
    give(made, identity)
    pointer.write_text(f"{made}\n", encoding="utf-8")
    return made


def _is_private(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    is_ours = status.st_uid == os.geteuid() or os.geteuid() == 0
    return stat.S_ISDIR(status.st_mode) and is_ours and not status.st_mode & 0o077
