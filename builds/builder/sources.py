"""The app's source: copied before anything runs, and read again as detection wants it.

What lies in the copy may have been made by a hook, so nothing there is followed: links are read as links, and only
regular files are opened.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from builds.builder.failures import NotBuildable
from builds.domain.sending import which_files_to_send
from builds.domain.source import MAX_LINKS, Directory, Entry, File, SourceTree, Symlink

_LEFT_OUT = frozenset({".git", ".hg", ".svn"})
_BLOCK_BYTES = 1024**2
_LARGEST_FILE_SENT = 10 * 1024**2  # a request holds 12 MB


@dataclass(frozen=True, slots=True)
class SourceCopy:
    """`sha256` over names, kinds and contents: two copies with the same one are the same source."""

    sha256: str
    files: int


def copy_source(directory: Path, target: Path) -> SourceCopy:
    """Copies `directory` to the new folder `target`: folders, regular files and links; pipes and devices are left out.

    Raises NotBuildable when it is no folder, cannot be read, or holds the very folder that builds work in.
    """
    if not directory.exists():
        raise NotBuildable(f"{directory} does not exist.")
    if not directory.is_dir():
        raise NotBuildable(f"{directory} is not a folder; name the root folder of an app.")
    if target.resolve().is_relative_to(directory.resolve()):
        raise NotBuildable(f"{directory} holds the folder for temporary files; name the root folder of one app.")
    digest = hashlib.sha256()
    try:
        return SourceCopy(files=_copy_folder(directory, target, "", digest), sha256=digest.hexdigest())
    except OSError as error:
        raise NotBuildable(f"{error.filename or directory} cannot be copied: {error.strerror or error}.") from error


def source_tree(app: Path) -> SourceTree:
    """The app's root as detection asks for it. Raises OSError for what this user may not read."""
    wanted = which_files_to_send()
    entries: dict[str, Entry] = {}
    with os.scandir(app) as found:
        names = sorted(entry.name for entry in found)
    for name in names:
        needs_contents = wanted.needs_contents(name)
        entries[_readable(name)] = _entry(app / name, has_contents=needs_contents)
        if needs_contents:
            _add_what_it_leads_to(app, name, entries)
    for path in sorted(wanted.nested_names):
        _add_what_it_leads_to(app, path, entries)
    return SourceTree(entries)


def _add_what_it_leads_to(app: Path, path: str, entries: dict[str, Entry]) -> None:
    """Adds what lies on the way from the root to `path`, through links, as far as it stays inside the app."""
    pending = list(reversed(path.split("/")))
    reached: list[str] = []
    links = 0
    while pending:
        part = pending.pop()
        if part in {"", "."}:
            continue
        if part == "..":
            if not reached:
                return
            reached.pop()
            continue
        reached.append(part)
        place = app.joinpath(*reached)
        if not os.path.lexists(place):
            return
        name = "/".join(reached)
        entry = entries[_readable(name)] = _entry(place, has_contents=not pending)
        if isinstance(entry, Symlink):
            links += 1
            if links > MAX_LINKS or entry.target.startswith("/"):
                return
            reached.pop()
            pending.extend(reversed(entry.target.split("/")))
        elif isinstance(entry, File) and pending:
            return


def _entry(place: Path, *, has_contents: bool) -> Entry:
    found = place.lstat()
    if stat.S_ISDIR(found.st_mode):
        return Directory()
    if stat.S_ISLNK(found.st_mode):
        return Symlink(_readable(str(place.readlink())))
    if not stat.S_ISREG(found.st_mode):
        return Symlink("/dev/null")  # a pipe, socket or device exists, but is neither file nor folder
    return File(_contents(place) if has_contents else b"")


def _contents(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(_LARGEST_FILE_SENT)


def _copy_folder(source: Path, target: Path, name: str, digest: "hashlib._Hash") -> int:
    target.mkdir(mode=0o755)
    files = 0
    with os.scandir(source) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = f"{name}{entry.name}"
        if entry.is_symlink():
            link = str(Path(entry.path).readlink())
            (target / entry.name).symlink_to(link)
            _record(digest, "link", path, link)
        elif entry.is_dir():
            if path in _LEFT_OUT:
                continue
            _record(digest, "folder", path, "")
            files += _copy_folder(Path(entry.path), target / entry.name, f"{path}/", digest)
        elif entry.is_file():
            files += 1
            _copy_file(Path(entry.path), target / entry.name, path, digest)
    return files


def _copy_file(source: Path, target: Path, name: str, digest: "hashlib._Hash") -> None:
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as original, target.open("xb") as copy:
        found = os.fstat(original.fileno())
        is_executable = bool(found.st_mode & 0o111)
        _record(digest, "program" if is_executable else "file", name, str(found.st_size))
        while block := original.read(_BLOCK_BYTES):
            digest.update(block)
            copy.write(block)
    target.chmod(0o755 if is_executable else 0o644)
    os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))


def _record(digest: "hashlib._Hash", kind: str, name: str, detail: str) -> None:
    digest.update(b"\0".join(os.fsencode(part) for part in ("", kind, name, detail, "")))


def _readable(name: str) -> str:
    """File names that are no UTF-8 are still names; JSON gets them with the odd bytes marked."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
