"""Which files of an installed interpreter an archive of it holds, and what is changed in them on the way."""

import ensurepip
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version as PackageVersion

from versions.archives.prefixes import PrefixFacts
from versions.domain.refusals import Refusal

_LEFT_OUT_FOLDERS = frozenset(
    {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__", "idlelib", "turtledemo", "config"}
)
_LEFT_OUT_FILES = frozenset({"EXTERNALLY-MANAGED", "sitecustomize.py", "usercustomize.py"})
_LEFT_OUT_ENDINGS = (".pyc", ".pyo", ".a")

# Python keeps the folders of its own build as text; whoever compiles an extension with the copy needs the copy's.
_RELOCATED_SETTINGS = """
import sys as _sys
build_time_vars = dict(
    (_name, _value.replace({prefix!r}, getattr(_sys, "base_prefix", _sys.prefix)))
    if isinstance(_value, str) else (_name, _value)
    for _name, _value in build_time_vars.items()
)
"""
# Debian sends pip to <prefix>/local and marks the interpreter as managed by apt; a copy of it is managed by nobody.
_DEBIAN_SCHEME = """
if "posix_local" in _INSTALL_SCHEMES:
    _INSTALL_SCHEMES["posix_local"] = dict(
        _INSTALL_SCHEMES["posix_prefix"],
        purelib="{base}/lib/python{py_version_short}/dist-packages",
        platlib="{platbase}/lib/python{py_version_short}/dist-packages",
    )
"""
_PIP_SCRIPT = """#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/{python}" -m pip "$@"
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive: copied from `source`, or made of `content`, or a link to `link`."""

    name: str
    source: Path | None = None
    content: bytes | None = None
    link: str | None = None
    is_executable: bool = False


def prefix_contents(facts: PrefixFacts, patched: Path) -> list[Entry]:
    """All entries of the archive; binaries that have to be changed are copied into the folder `patched` first."""
    entries = {entry.name: entry for entry in _library(facts)}
    for entry in (*_headers(facts), *_binaries(facts), *_pip(facts)):
        entries[entry.name] = entry
    _patch_binaries(entries, facts, patched)
    return list(entries.values())


def _library(facts: PrefixFacts) -> Iterator[Entry]:
    """The standard library, by name relative to the prefix."""
    for path in _files_below(facts.library):
        name = path.relative_to(facts.prefix).as_posix()
        if path.name.startswith("_sysconfigdata") and facts.prefix != Path("/usr"):
            addition = _RELOCATED_SETTINGS.format(prefix=str(facts.prefix))
            yield Entry(name, content=path.read_bytes() + addition.encode())
        elif name == f"lib/python{facts.version.series}/sysconfig.py" and b'"posix_local"' in _quoted(path):
            yield Entry(name, content=path.read_bytes() + _DEBIAN_SCHEME.encode())
        else:
            yield _file_entry(path, name, facts.library)


def _quoted(path: Path) -> bytes:
    return path.read_bytes().replace(b"'", b'"')


def _files_below(root: Path) -> Iterator[Path]:
    """Regular files and links below `root`, without reading the folders that are left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _LEFT_OUT_FOLDERS and not name.startswith("config-")]
        for name in files:
            if name in _LEFT_OUT_FILES or name.endswith(_LEFT_OUT_ENDINGS):
                continue
            path = Path(folder, name)
            if path.is_file():
                yield path


def _file_entry(path: Path, name: str, root: Path) -> Entry:
    """The file as it is; a link that stays inside stays a link, one that leaves becomes what it points at."""
    if path.is_symlink():
        target = path.readlink()
        if not target.is_absolute() and path.resolve().is_relative_to(root):
            return Entry(name, link=target.as_posix())
    executable = bool(path.stat().st_mode & stat.S_IXUSR)
    return Entry(name, source=path, is_executable=executable)


def _headers(facts: PrefixFacts) -> Iterator[Entry]:
    if facts.headers is None or not facts.headers.is_relative_to(facts.prefix):
        return
    for path in _files_below(facts.headers):
        yield _file_entry(path, path.relative_to(facts.prefix).as_posix(), facts.headers)


def _binaries(facts: PrefixFacts) -> Iterator[Entry]:
    """The interpreter under its usual names, and the shared libpython that it loads, if any."""
    python = f"python{facts.version.series}"
    yield Entry(f"bin/{python}", source=facts.executable, is_executable=True)
    for name in ("python", f"python{facts.version.major}"):
        yield Entry(f"bin/{name}", link=python)
    needed = [name for name in _needed_libraries(facts.executable) if name.startswith("libpython")]
    if not needed:
        return
    for name in needed:
        source = facts.shared_folder / name if facts.shared_folder else None
        if source is None or not source.is_file():
            raise Refusal("prefix::not-packable", prefix=facts.prefix, reason=f"its {name} was not found")
        yield Entry(f"lib/{name}", source=source, is_executable=True)
        yield Entry(f"lib/{name.partition('.so')[0]}.so", link=name)
    if facts.shared_folder and (facts.shared_folder / "libpython3.so").is_file():
        yield Entry("lib/libpython3.so", source=facts.shared_folder / "libpython3.so", is_executable=True)


def _pip(facts: PrefixFacts) -> Iterator[Entry]:
    """pip (and setuptools, for the series that still bring it), unpacked from the wheels that ship with Python."""
    wheels = _bundled_wheels(facts)
    if "pip" not in wheels:
        raise Refusal("prefix::not-packable", prefix=facts.prefix, reason="there is no pip to give it (python3-venv)")
    packages = "dist-packages" if facts.prefix == Path("/usr") and _is_debian(facts) else "site-packages"
    folder = f"{facts.library.relative_to(facts.prefix).as_posix()}/{packages}"
    for wheel in wheels.values():
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if not name.endswith("/"):
                    yield Entry(f"{folder}/{name}", content=archive.read(name))
    script = _PIP_SCRIPT.format(python=f"python{facts.version.series}").encode()
    for name in ("pip", f"pip{facts.version.major}", f"pip{facts.version.series}"):
        yield Entry(f"bin/{name}", content=script, is_executable=True)


def _is_debian(facts: PrefixFacts) -> bool:
    return b'"posix_local"' in _quoted(facts.library / "sysconfig.py") if facts.version.major == 3 else False


def _bundled_wheels(facts: PrefixFacts) -> dict[str, Path]:
    """The newest wheel of each package that comes with this interpreter, else pip of the one running this."""
    found: dict[str, tuple[PackageVersion, Path]] = {}
    for folder in (facts.library / "ensurepip" / "_bundled", facts.wheels):
        for wheel in sorted(folder.glob("*.whl")) if folder else ():
            try:
                name, version, _, _ = parse_wheel_filename(wheel.name)
            except InvalidWheelFilename:
                continue
            if name in {"pip", "setuptools"} and (name not in found or version > found[name][0]):
                found[name] = (version, wheel)
    if "pip" not in found and facts.version >= (*sys.version_info[:2], 0):
        own = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
        return {"pip": own[-1]} if own else {}
    return {name: wheel for name, (_, wheel) in found.items()}


def _patch_binaries(entries: dict[str, Entry], facts: PrefixFacts, patched: Path) -> None:
    """Gives every binary that looks for libraries in the original prefix a search path relative to itself."""
    by_path: dict[str, list[Path]] = {}
    trace = os.fsencode(facts.prefix / "lib")
    for entry in list(entries.values()):
        if entry.source is None or not (entry.is_executable or entry.name.endswith(".so")):
            continue
        data = entry.source.read_bytes()
        if not data.startswith(b"\x7fELF") or facts.prefix == Path("/usr") or trace not in data:
            continue
        copy = patched / entry.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)
        copy.chmod(0o755)
        upwards = "/".join([".."] * entry.name.count("/"))
        by_path.setdefault(f"$ORIGIN/{upwards}/lib", []).append(copy)
        entries[entry.name] = Entry(entry.name, source=copy, is_executable=entry.is_executable)
    for search_path, copies in by_path.items():
        _patchelf("--set-rpath", search_path, *(str(copy) for copy in copies))


def _needed_libraries(executable: Path) -> list[str]:
    return _patchelf("--print-needed", str(executable)).split()


def _patchelf(*arguments: str) -> str:
    """Runs patchelf, which the requirements put beside the interpreter that runs this."""
    search = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    command = shutil.which("patchelf", path=search)
    if command is None:
        raise Refusal("prefix::not-packable", prefix="", reason="patchelf is not installed (requirements.txt)")
    try:
        run = subprocess.run([command, *arguments], capture_output=True, text=True, check=True, timeout=60)
    except subprocess.SubprocessError as error:
        raise Refusal("prefix::not-packable", prefix="", reason="patchelf cannot read its binary") from error
    return run.stdout
