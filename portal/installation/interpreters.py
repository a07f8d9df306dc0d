"""Finds the Python interpreters of this machine. Each is asked what it is; names of files and folders prove nothing."""

import json
import os
import pwd
import re
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

ANSWER_SECONDS = 15
NAME = re.compile(r"python(\d(\.\d+)?)?")
ARCHS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
SYSTEM_FOLDERS = ("/usr/bin", "/usr/local/bin")
VERSION_FOLDERS = (
    ".pyenv/versions/*/bin",
    ".local/share/uv/python/*/bin",
    ".local/share/mise/installs/python/*/bin",
    ".asdf/installs/python/*/bin",
)
# Understood by every Python since 2.7. The executable is named by the system's link to it, for `sys` may lie in venvs.
QUESTION = """
import json, os, platform, struct, sys
print(json.dumps({
    "version": ".".join(str(part) for part in sys.version_info[:3]),
    "level": sys.version_info[3],
    "prefix": getattr(sys, "real_prefix", None) or getattr(sys, "base_prefix", sys.prefix),
    "is_venv": getattr(sys, "base_prefix", sys.prefix) != sys.prefix or hasattr(sys, "real_prefix"),
    "implementation": platform.python_implementation(),
    "machine": platform.machine().lower(),
    "bits": struct.calcsize("P") * 8,
    "has_gil": "t" not in getattr(sys, "abiflags", ""),
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A final release of CPython: `version` such as 3.12.1, `arch` as the table writes it, `prefix` its own folder.

    `elsewhere` are others of the same release, in case this one cannot be packed: a version manager's folder that was
    moved, for one, may start only because it finds the system's library.
    """

    version: str
    arch: str
    prefix: Path
    executable: Path
    elsewhere: tuple["Interpreter", ...] = ()

    @property
    def number(self) -> tuple[int, int, int]:
        """For sorting and comparing."""
        major, minor, patch = self.version.split(".")
        return int(major), int(minor), int(patch)

    @property
    def series(self) -> str:
        """Such as 3.12."""
        return self.version.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An interpreter that is there but not usable, and why."""

    executable: Path
    reason: str


def found_interpreters(folders: Iterable[Path] | None = None) -> tuple[list[Interpreter], list[PassedOver]]:
    """Usable ones, oldest first, each release once; and those passed over.

    Of the same release at two places the one in a folder of its own comes before the system's, which it then names.
    """
    executables = _executables(search_folders() if folders is None else folders)
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(ask, executables))
    passed_over = [answer for answer in answers if isinstance(answer, PassedOver)]
    candidates = [answer for answer in answers if isinstance(answer, Interpreter)]
    candidates.sort(key=lambda found: (found.number, str(found.prefix) == "/usr", str(found.prefix)))
    by_version: dict[str, dict[Path, Interpreter]] = {}
    for found in candidates:
        by_version.setdefault(found.version, {}).setdefault(found.prefix, found)
    return [_first(list(places.values())) for places in by_version.values()], passed_over


def _first(places: list[Interpreter]) -> Interpreter:
    return replace(places[0], elsewhere=tuple(places[1:]))


def search_folders() -> list[Path]:
    """Where interpreters are looked for: version managers' folders, the system's, then PATH without its shims."""
    # The home of whoever runs this, also in a container that sets no HOME.
    home = Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir) if _has_home() else Path("/nonexistent")
    found = [folder for pattern in VERSION_FOLDERS for folder in _glob(home, pattern)]
    root = os.environ.get("PYENV_ROOT")
    found += _glob(Path(root), "versions/*/bin") if root else []
    found += [Path(folder) for folder in (*SYSTEM_FOLDERS, *os.environ.get("PATH", "").split(os.pathsep)) if folder]
    # A shim starts another interpreter, and a virtual environment links to one: both are found in their own folders.
    return [
        folder
        for folder in dict.fromkeys(found)
        if folder.name != "shims" and not os.path.lexists(folder.parent / "pyvenv.cfg")
    ]


def _has_home() -> bool:
    if os.environ.get("HOME"):
        return True
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return True


def _glob(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _executables(folders: Iterable[Path]) -> list[Path]:
    """Files called like an interpreter, each real file once."""
    found: dict[Path, Path] = {}
    for folder in folders:
        for path in _named_like_python(folder):
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _named_like_python(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if NAME.fullmatch(entry.name))
    except OSError:
        return
    yield from (folder / name for name in names if os.access(folder / name, os.X_OK) and (folder / name).is_file())


def ask(executable: Path) -> Interpreter | PassedOver | None:
    """What the interpreter says of itself; None for one in a virtual environment, which only borrows another."""
    # Only what an interpreter needs to start: variables such as PYTHONHOME would make it speak for another.
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    try:
        outcome = subprocess.run(
            [str(executable), "-E", "-s", "-c", QUESTION],
            env=environment, cwd="/", capture_output=True, check=False,
            timeout=ANSWER_SECONDS, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        answer = json.loads(outcome.stdout.decode(errors="replace"))
        return _judged(executable, answer)
    except subprocess.TimeoutExpired:
        return PassedOver(executable, "it gave no answer in time")
    except (OSError, ValueError, KeyError, TypeError):
        return PassedOver(executable, "it does not start")


def _judged(executable: Path, answer: dict[str, object]) -> Interpreter | PassedOver | None:
    if answer["is_venv"]:
        return None
    version, arch = str(answer["version"]), ARCHS.get(str(answer["machine"]))
    reason = None
    if answer["implementation"] != "CPython":
        reason = f"it is {answer['implementation']}, not CPython"
    elif answer["level"] != "final":
        reason = f"{version} is no final release"
    elif not answer["has_gil"]:
        reason = "it is built without the global lock"
    elif arch is None or answer["bits"] != 64:
        reason = f"its processor architecture ({answer['machine']}, {answer['bits']} bits) is not one of ours"
    if reason is not None or arch is None:
        return PassedOver(executable, reason or "")
    return Interpreter(version, arch, Path(str(answer["prefix"])), executable)
