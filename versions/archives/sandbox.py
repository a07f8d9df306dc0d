"""Runs commands under bubblewrap: its own file tree, process tree, user and (unless shared) network; nothing inherited.

bwrap is started with an empty environment of its own, because a sandboxed process can read what bwrap was started with,
and takes its options from a descriptor, so that no path of the host is in a command line inside.
"""

import functools
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

_BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
_TRIAL_TIMEOUT_SECONDS = 20
_MARK = "BUILD_RUN"
_KILL_ROUNDS = 200  # a process may fork while its brothers are being killed
_KILL_PAUSE_SECONDS = 0.005
_TMP_BYTES = 256 * 1024**2  # pip unpacks what it installs there
# What names, certificates and alternatives need; read-only, and skipped where a machine has none.
_NETWORK_FILES = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/ssl",
    "/etc/ca-certificates",
    "/etc/pki",
    "/etc/pip.conf",
)
_SYSTEM_FILES = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime")


@dataclass(frozen=True, slots=True)
class SandboxState:
    """Whether bubblewrap works here; `reason` says why not, in one sentence."""

    is_usable: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command may use. Sizes in bytes."""

    processes: int = 64
    address_space: int = 4 * 1024**3
    file_size: int = 2 * 1024**3
    open_files: int = 256
    cpu_seconds: int = 1800


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of the host as the sandbox sees it at `target`."""

    source: Path
    target: str
    is_writable: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Where a command runs. Without a sandbox the mounts do not exist and the command sees the host's paths."""

    working_directory: str
    environment: Mapping[str, str]
    mounts: tuple[Mount, ...] = ()
    hidden: tuple[str, ...] = ()
    uid: int | None = None
    limits: Limits = field(default_factory=Limits)
    shares_network: bool = False


@functools.cache
def sandbox_state() -> SandboxState:
    """Tries a real sandbox once in this process, as the kind of user that builds would run as."""
    if shutil.which("bwrap", path="/usr/bin:/bin") is None:
        return SandboxState(is_usable=False, reason="bubblewrap (bwrap) is not installed")
    room = Room(working_directory="/", environment={"PATH": "/usr/bin:/bin"}, uid=65_533 if _is_root() else None)
    try:
        trial = start(["true"], room, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = trial.communicate(timeout=_TRIAL_TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return SandboxState(is_usable=False, reason=f"bubblewrap does not start: {error}")
    if trial.returncode == 0:
        return SandboxState(is_usable=True)
    last_line = output.decode(errors="replace").strip().splitlines()[-1:] or ["it says nothing"]
    return SandboxState(is_usable=False, reason=f"bubblewrap is not permitted here ({last_line[0][:200]})")


def start(
    command: Sequence[str],
    room: Room,
    *,
    stdout: int | IO[bytes] | None = subprocess.PIPE,
    stderr: int | IO[bytes] | None = subprocess.STDOUT,
) -> subprocess.Popen[bytes]:
    """Starts `command` inside the sandbox, leading a session of its own; killing it kills everything it started.

    The calling thread has to live as long as the command: bwrap dies with it. Raises OSError when a tool is missing.
    """
    mark = _new_mark()
    options = os.memfd_create("bwrap-options", os.MFD_CLOEXEC)
    try:
        os.write(options, b"\0".join(os.fsencode(option) for option in _options(room, mark)) + b"\0")
        os.lseek(options, 0, os.SEEK_SET)
        process = _MarkedProcess(
            [*_user_change(room.uid), "bwrap", "--args", str(options), "--", *_limited(command, room.limits)],
            env=_BARE_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            pass_fds=(options,),
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(options)
    process.mark = mark
    return process


def start_unconfined(
    command: Sequence[str],
    room: Room,
    *,
    stdout: int | IO[bytes] | None = subprocess.PIPE,
    stderr: int | IO[bytes] | None = subprocess.STDOUT,
) -> subprocess.Popen[bytes]:
    """Starts `command` without a sandbox, but never as root, with only the room's environment and with its limits."""
    mark = _new_mark()
    process = _MarkedProcess(
        [*_user_change(room.uid), *_limited(command, room.limits)],
        env={**room.environment, _MARK: mark},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        cwd=room.working_directory,
        start_new_session=True,
    )
    process.mark = mark
    return process


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Ends the process, its session, and whatever it started, and waits for it.

    In a sandbox the first signal takes the whole process tree along; without one it takes the session. What left the
    session, or is still on its way out, is found by a mark in the environment that it was started with.
    """
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if isinstance(process, _MarkedProcess):
        for _ in range(_KILL_ROUNDS):
            marked = _marked(process.mark)
            if not marked:
                break
            for pid in marked:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_KILL_PAUSE_SECONDS)
    process.wait()


def _is_root() -> bool:
    return os.geteuid() == 0


def _user_change(uid: int | None) -> list[str]:
    if uid is None:
        return []
    return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]


def _limited(command: Sequence[str], limits: Limits) -> list[str]:
    return [
        "prlimit",
        f"--nproc={limits.processes}",
        f"--as={limits.address_space}",
        f"--fsize={limits.file_size}",
        f"--nofile={limits.open_files}",
        f"--cpu={limits.cpu_seconds}",
        "--core=0",
        *command,
    ]


def _new_mark() -> str:
    return secrets.token_hex(16)


def _options(room: Room, mark: str) -> list[str]:
    options = ["--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent", "--new-session"]
    options += ["--share-net"] if room.shares_network else []
    options += ["--cap-drop", "ALL", "--clearenv", "--hostname", "build"]
    for name, value in {**room.environment, _MARK: mark}.items():
        options += ["--setenv", name, value]
    options += ["--ro-bind", "/usr", "/usr"]
    for folder in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        options += _system_folder(Path(folder))
    options += ["--proc", "/proc", "--dev", "/dev", "--size", str(_TMP_BYTES), "--tmpfs", "/tmp"]  # noqa: S108  inside
    for path in (*_SYSTEM_FILES, *(_NETWORK_FILES if room.shares_network else ())):
        options += ["--ro-bind-try", path, path]
    for path in room.hidden:
        options += ["--tmpfs", path]
    for mount in room.mounts:
        options += ["--bind" if mount.is_writable else "--ro-bind", str(mount.source), mount.target]
    return [*options, "--chdir", room.working_directory]


def _system_folder(folder: Path) -> list[str]:
    """Distributions either keep these folders or link them into /usr; the sandbox looks alike."""
    if folder.is_symlink():
        return ["--symlink", str(folder.readlink()), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.is_dir() else []


class _MarkedProcess(subprocess.Popen[bytes]):
    """A command; whatever it starts inherits the mark."""

    mark = ""


def _marked(mark: str) -> list[int]:
    """All processes that were started with the mark and have not ended."""
    wanted = os.fsencode(f"{_MARK}={mark}")
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found
