"""Proves that an archive is the interpreter it claims to be, before it may be published.

The interpreter runs from a folder that it was not built for, under the sandbox where that is possible; the record says
what was checked, with what outcome, and whether the sandbox was there.
"""

import hashlib
import json
import os
import selectors
import struct
import subprocess
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from versions.archives.sandbox import Limits, Mount, Room, kill_tree, sandbox_state, start, start_unconfined
from versions.archives.slots import Slot, taken_slot, work_folder
from versions.archives.unpacking import unpack
from versions.domain.refusals import Refusal
from versions.domain.version import Series, Version

_RUN_TIMEOUT_SECONDS = 60
_MAX_OUTPUT_BYTES = 1024 * 1024  # of one command; an interpreter that prints without end is not read to the end
_OUTPUT_CHARACTERS = 4000  # of what a failing check printed: its end
_INSIDE = "/python"
_ELF_MACHINES = {62: "amd64", 183: "arm64"}
_MODULES = ("ssl", "sqlite3", "zlib", "bz2", "lzma", "ctypes", "hashlib", "venv")
_SINCE_PYTHON_3 = frozenset({"lzma", "venv"})
# Runs inside the interpreter under examination, Python 2.7 included, and only reports; judging is done here.
_EXAMINATION = """
import json, os, sys
missing = []
for name in sys.argv[1].split(","):
    try:
        __import__(name)
    except Exception as error:
        missing.append("%s (%s)" % (name, error))
with open("/proc/self/maps") as maps:
    libraries = sorted(set(line.split(None, 5)[5].strip() for line in maps if "libpython" in line))
print("EXAMINED" + json.dumps({"release": "%d.%d.%d" % sys.version_info[:3], "missing": missing,
    "libraries": libraries, "library_folder": os.path.dirname(os.path.realpath(os.__file__)), "prefix": sys.prefix}))
"""


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its name, how it went, one sentence for the release's page, what a failing one printed."""

    name: str
    outcome: Outcome
    detail: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class VerificationRecord:
    """All checks of one archive. `sha256` and `size` (bytes) are those found, not those claimed.

    `root` is the folder that everything in it lies in, empty for a flat archive, None when it was not looked into.
    """

    version: str
    arch: str
    sha256: str
    size: int
    is_sandboxed: bool
    sandbox_reason: str | None
    checks: tuple[Check, ...]
    root: str | None = None

    @property
    def is_verified(self) -> bool:
        """Nothing failed, and nothing was left out because something before it failed."""
        return all(check.outcome is Outcome.PASSED for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)

    def as_document(self) -> dict[str, object]:
        """The record as JSON values that a database can keep, whatever the archive printed."""
        checks = [{name: keepable(str(value)) for name, value in asdict(check).items()} for check in self.checks]
        root = None if self.root is None else keepable(self.root)
        return {**asdict(self), "root": root, "is_verified": self.is_verified, "checks": checks}


def keepable(text: str) -> str:
    """`text` without what JSON in a database can't hold: lone surrogates and NUL are written out."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def required_modules(series: Series) -> tuple[str, ...]:
    """The modules that an interpreter of `series` must be able to import."""
    return tuple(name for name in _MODULES if series >= Series(3, 3) or name not in _SINCE_PYTHON_3)


def verify(archive: Path, version: Version, arch: str, sha256: str, size: int | None) -> VerificationRecord:
    """Examines the archive; never raises for what is wrong with it. `size` in bytes, None when nobody claimed one.

    Raises OSError for trouble of this machine (disk full, archive unreadable), Refusal when no build slot is free.
    """
    found_sha256, found_size = _digest(archive)
    checks = [_hash_check(found_sha256, sha256), _size_check(found_size, size)]
    state, root = sandbox_state(), None
    if all(check.outcome is Outcome.PASSED for check in checks):
        with taken_slot() as slot, work_folder(slot) as folder:
            found, root = _content_checks(archive, folder / "python", version, arch, slot)
            checks += found
    return VerificationRecord(
        version=str(version),
        arch=arch,
        sha256=found_sha256,
        size=found_size,
        is_sandboxed=state.is_usable,
        sandbox_reason=state.reason,
        checks=tuple(checks),
        root=root,
    )


def _digest(archive: Path) -> tuple[str, int]:
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


def _hash_check(found: str, claimed: str) -> Check:
    if found == claimed.lower():
        return Check("hash", Outcome.PASSED, f"sha256 is {found}")
    return Check("hash", Outcome.FAILED, f"sha256 is {found}, not {claimed}")


def _size_check(found: int, claimed: int | None) -> Check:
    if claimed is None or found == claimed:
        return Check("size", Outcome.PASSED, f"{found} bytes")
    return Check("size", Outcome.FAILED, f"{found} bytes, not {claimed}")


def _content_checks(
    archive: Path, folder: Path, version: Version, arch: str, slot: Slot
) -> tuple[list[Check], str | None]:
    try:
        members = unpack(archive, folder)
    except Refusal as refusal:
        facts = refusal.facts
        place = f"{facts['member']}: " if "member" in facts else ""
        return [Check("members", Outcome.FAILED, f"{place}{facts.get('problem', refusal.code)}")], None
    slot.give(folder)
    checks = [Check("members", Outcome.PASSED, f"{members.files} members, {members.total_bytes} bytes, none unsafe")]
    python = f"bin/python{version.major}"
    checks.append(_arch_check(folder / python, arch))
    if checks[-1].outcome is Outcome.PASSED:
        checks += _running_checks(folder, python, version, slot)
    return checks, members.root


def _arch_check(python: Path, arch: str) -> Check:
    """Reads the processor from the ELF header, so that nothing of a foreign processor is started."""
    if not python.is_file():
        return Check("arch", Outcome.FAILED, f"there is no bin/{python.name}")
    with python.open("rb") as file:
        header = file.read(20)
    if len(header) < 20 or not header.startswith(b"\x7fELF"):
        return Check("arch", Outcome.FAILED, f"bin/{python.name} is not a Linux program")
    found = _ELF_MACHINES.get(struct.unpack_from("<H", header, 18)[0], "another processor")
    return Check("arch", Outcome.PASSED if found == arch else Outcome.FAILED, f"built for {found}")


def _running_checks(folder: Path, python: str, version: Version, slot: Slot) -> list[Check]:
    root = _INSIDE if sandbox_state().is_usable else str(folder)
    told = _run([f"{root}/{python}", "--version"], folder, slot)
    expected = f"Python {version}"
    outcome = Outcome.PASSED if told.strip() == expected else Outcome.FAILED
    checks = [Check("version", outcome, f"{python} --version says {_first_line(told)}", _shown(told, outcome))]
    if outcome is Outcome.FAILED:
        return checks
    modules = required_modules(version.series)
    output = _run([f"{root}/{python}", "-E", "-s", "-B", "-c", _EXAMINATION, ",".join(modules)], folder, slot)
    examined = _examined(output)
    if examined is None:
        told = _shown(output, Outcome.FAILED)
        return [*checks, Check("imports", Outcome.FAILED, f"it does not run: {_first_line(output)}", told)]
    checks.append(_libpython_check(examined, root))
    missing = examined.missing
    checks.append(
        Check(
            "imports",
            Outcome.FAILED,
            f"cannot import {', '.join(missing)}"[:500],
            "\n".join(missing)[:_OUTPUT_CHARACTERS],
        )
        if missing
        else Check("imports", Outcome.PASSED, f"imports {', '.join(modules)}")
    )
    told = _run([f"{root}/{python}", "-E", "-s", "-B", "-m", "pip", "--version"], folder, slot)
    outcome = Outcome.PASSED if told.startswith("pip ") and f"{root}/" in told else Outcome.FAILED
    checks.append(Check("pip", outcome, _first_line(told).partition(" from ")[0], _shown(told, outcome)))
    return checks


@dataclass(frozen=True, slots=True)
class _Examined:
    """What the interpreter says of itself; it may be lying, but only in these forms."""

    missing: tuple[str, ...]
    libraries: tuple[str, ...]
    library_folder: str


def _examined(output: str) -> _Examined | None:
    """The answer in the output; None for anything but an answer of the form asked for."""
    try:
        answer = json.loads(output.rpartition("EXAMINED")[2])
        missing, libraries = (tuple(map(str, list(answer[name]))) for name in ("missing", "libraries"))
        return _Examined(missing, libraries, str(answer["library_folder"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _libpython_check(examined: _Examined, root: str) -> Check:
    """The interpreter must load its own library, shared or not, wherever it was unpacked."""
    loaded = (*examined.libraries, examined.library_folder)
    foreign = [path for path in loaded if not path.startswith(f"{root}/")]
    if foreign:
        return Check("libpython", Outcome.FAILED, f"it loads {foreign[0]} from outside of the archive")
    return Check(
        "libpython", Outcome.PASSED, "it loads its own library" if examined.libraries else "its library is built in"
    )


def _run(command: list[str], folder: Path, slot: Slot) -> str:
    """What the command prints (both streams), or what became of it. At most one minute."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"}  # noqa: S108  the sandbox's own
    limits = Limits(cpu_seconds=_RUN_TIMEOUT_SECONDS)
    if sandbox_state().is_usable:
        mount = Mount(folder, _INSIDE)
        room = Room("/", environment, (mount,), hidden=_other_pythons(), uid=slot.uid, limits=limits)
        process = start(command, room)
    else:
        process = start_unconfined(command, Room(str(folder), environment, uid=slot.uid, limits=limits))
    try:
        return _output(process)
    finally:
        kill_tree(process)
        if process.stdout is not None:
            process.stdout.close()


def _output(process: "subprocess.Popen[bytes]") -> str:
    """What the process prints until it is done, or as much as is ever looked at."""
    assert process.stdout is not None
    deadline, printed = time.monotonic() + _RUN_TIMEOUT_SECONDS, bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        while len(printed) < _MAX_OUTPUT_BYTES:
            left = deadline - time.monotonic()
            if left <= 0 or not waiting.select(left):
                return f"nothing more within {_RUN_TIMEOUT_SECONDS} seconds"
            piece = os.read(process.stdout.fileno(), 64 * 1024)
            if not piece:
                break
            printed += piece
    return printed.decode(errors="replace")


def _other_pythons() -> tuple[str, ...]:
    """Standard libraries of this machine, hidden so that an archive can't lean on the original it was packed from."""
    found = (path for root in ("/usr/lib", "/usr/lib64", "/usr/local/lib") for path in Path(root).glob("python[23]*"))
    return tuple(str(path) for path in found if path.is_dir() and not path.is_symlink())


def _shown(output: str, outcome: Outcome) -> str:
    """The end of what a failing check printed; a passing one is not quoted."""
    return "" if outcome is Outcome.PASSED else output[-_OUTPUT_CHARACTERS:]


def _first_line(text: str) -> str:
    return next((line.strip()[:200] for line in text.splitlines() if line.strip()), "nothing")
