"""An app's source tree as a value: names, contents and links. No disk is touched, so server and builder agree.

Only what detection needs is in it: a tree holds the names of all root entries, but the contents of those files alone
that can hold a version or a lock. Links are followed inside the tree, as a shell in the app's root would follow them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAX_LINKS = 40  # what Linux follows before it gives up with ELOOP


@dataclass(frozen=True, slots=True)
class File:
    contents: bytes = b""


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder; what lies in it are entries of their own."""


@dataclass(frozen=True, slots=True)
class Symlink:
    target: str


@dataclass(frozen=True, slots=True)
class Device:
    """Something that exists but is neither file nor folder, such as /dev/null."""


Entry = File | Directory | Symlink
_Found = File | Directory | Device


class SourceTree:
    """Entries by path (`requirements.txt`, `.venv/pyvenv.cfg`). Folders on the way to an entry need no entry."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries: Mapping[str, Entry] = dict(entries)
        self._folders = {parent for path in self.entries for parent in _parents(path)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SourceTree) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(frozenset(self.entries.items()))

    @property
    def root_names(self) -> list[str]:
        """The names in the app's root, in code point order."""
        return sorted({path.partition("/")[0] for path in self.entries})

    def exists(self, path: str) -> bool:
        """Whether the path leads to anything; a link that leads nowhere does not."""
        return self._find(path) is not None

    def is_file(self, path: str) -> bool:
        return isinstance(self._find(path), File)

    def is_directory(self, path: str) -> bool:
        return isinstance(self._find(path), Directory)

    def contents(self, path: str) -> bytes | None:
        """The bytes of the file at the end of the path, or None when there is no file."""
        found = self._find(path)
        return found.contents if isinstance(found, File) else None

    def _find(self, path: str) -> _Found | None:
        """What the path leads to, every link on the way followed; None when it leads nowhere or out of the tree."""
        pending = list(reversed(path.split("/")))
        reached: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                if not reached:
                    return None  # above the app's root lies what no answer may depend on
                reached.pop()
                continue
            entry = self._entry_at([*reached, part])
            if isinstance(entry, Symlink):
                links += 1
                if links > MAX_LINKS or entry.target.startswith("/"):
                    return Device() if entry.target == "/dev/null" and not pending else None
                pending.extend(reversed(entry.target.split("/")))
                continue
            if entry is None or (isinstance(entry, File) and pending):
                return None
            reached.append(part)
        return self._resolved_entry(reached)

    def _resolved_entry(self, reached: list[str]) -> _Found | None:
        entry = self._entry_at(reached) if reached else Directory()
        return None if isinstance(entry, Symlink) else entry

    def _entry_at(self, parts: list[str]) -> Entry | None:
        path = "/".join(parts)
        entry = self.entries.get(path)
        return Directory() if entry is None and path in self._folders else entry


def _parents(path: str) -> Iterator[str]:
    """The folders that a path runs through, nearest last: `a/b/c` through `a` and `a/b`."""
    end = path.find("/")
    while end != -1:
        yield path[:end]
        end = path.find("/", end + 1)
