"""As whom PostgreSQL runs: it refuses to run as root, and it wants a user that the system knows by name.

Not root: as ourselves. Root: as ourselves inside a user namespace where we are called otherwise; where the machine
forbids those, as a system user of its own.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.installation.trouble import InstallationTrouble

SYSTEM_USER = "runtime-portal-db"
OVERFLOW_ID = 65534  # what the kernel shows for ids that a namespace does not map; useless as a name of our own


@dataclass(frozen=True, slots=True)
class Identity:
    """`prefix` goes in front of each command; `user` is set when the files belong to another user than ourselves."""

    prefix: tuple[str, ...] = ()
    user: str | None = None

    @property
    def group(self) -> int | None:
        """The system user's group, for subprocess and for the files."""
        return None if self.user is None else pwd.getpwnam(self.user).pw_gid

    def run(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Run one of PostgreSQL's programs to its end."""
        return subprocess.run(
            [*self.prefix, *command], capture_output=True, text=True, check=False, cwd="/",
            user=self.user, group=self.group, extra_groups=None if self.user is None else [],
        )  # fmt: skip

    def start(self, command: Sequence[str], log: int) -> "subprocess.Popen[bytes]":
        """Start the server in a session of its own: a Ctrl-C on the terminal must reach it last, and from us."""
        return subprocess.Popen(
            [*self.prefix, *with_death_signal("INT"), *command],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
            user=self.user, group=self.group, extra_groups=None if self.user is None else [],
        )  # fmt: skip

    def can_use(self, folder: Path, program: Path) -> bool:
        """Whether this identity can write the folder, start the program and be called by a name."""
        script = 'test -w "$1" && test -x "$1" && "$2" --version && id -un'
        try:
            return self.run(["/bin/sh", "-c", script, "probe", str(folder), str(program)]).returncode == 0
        except OSError:
            return False


def with_death_signal(signal_name: str) -> tuple[str, ...]:
    """Prefix that has the kernel send the signal when we die, however we die; empty where `setpriv` cannot do it."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return ()
    # Had we died before setpriv spoke to the kernel, no signal would ever come: hence the look at the parent.
    prefix = (
        setpriv,
        "--pdeathsig",
        signal_name,
        "/bin/sh",
        "-c",
        'test "$PPID" = "$0" && exec "$@"',
        str(os.getpid()),
    )
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if works else ()


def namespace_identity() -> Identity | None:
    """Ourselves under the name of some other user; None when the machine lacks `unshare` or any such name."""
    unshare = shutil.which("unshare")
    names = sorted(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid not in (0, OVERFLOW_ID))
    if unshare is None or not names:
        return None
    uid = 1000 if 1000 in names else names[0]
    return Identity((unshare, "-U", f"--map-user={uid}", f"--map-group={uid}"))


def chosen_identity(folder: Path, program: Path) -> Identity | None:
    """The way that works for this folder and this program; None when only a system user of its own is left.

    Raises InstallationTrouble when we are not root and yet nothing works.
    """
    if os.geteuid() != 0 and Identity().can_use(folder, program):
        return Identity()
    inside = namespace_identity()
    if inside is not None and inside.can_use(folder, program):
        return inside
    if os.geteuid() == 0:
        return None
    raise InstallationTrouble(
        f"PostgreSQL cannot run as user {os.geteuid()} in {folder}; run this as a user that the system knows by name, "
        "or name a running PostgreSQL server in DATABASE_URL."
    )


def system_identity() -> Identity:
    """The system user of its own, made when it is missing. Only root gets here. Raises InstallationTrouble."""
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_system_user()
    return Identity(user=SYSTEM_USER)


def _make_system_user() -> None:
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", SYSTEM_USER],
        ["adduser", "-S", "-D", "-H", SYSTEM_USER],
    ):
        if shutil.which(command[0]) is None:
            continue
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return
    raise InstallationTrouble(
        "PostgreSQL refuses to run as root, this machine forbids user namespaces, and no system user could be made; "
        "run this as another user, or name a running PostgreSQL server in DATABASE_URL."
    )


def give(folder: Path, identity: Identity) -> None:
    """Make the folder and all in it the identity's own."""
    if identity.user is None:
        return
    entry = pwd.getpwnam(identity.user)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
