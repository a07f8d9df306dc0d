"""An app's source tree as a value: names, contents and links. No disk is touched, so server and builder agree.

Only what detection needs is in it: a tree holds the names of all root entries, but the contents of those files alone
that can hold a version or a lock. Links are followed inside the tree, as a shell in the app's root would follow them.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile

MAX_LINKS = 40  # what Linux follows before it gives up with ELOOP
_UPWARDS = frozenset({"", ".", ".."})
MAX_STEPS = 500  # parts of a path, those of all links on the way included; beyond it nothing is found


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

    def inside(self, folder: str) -> Iterator[str]:
        """The paths of all entries in a folder and the folders below it, in code point order."""
        start = folder + "/"
        ahead = islice(self._paths, bisect_left(self._paths, start), None)
        return takewhile(lambda path: path.startswith(start), ahead)

    def has_inside(self, folder: str) -> bool:
        """Whether any entry lies in the folder."""
        start = folder + "/"
        first = bisect_left(self._paths, start)
        return first < len(self._paths) and self._paths[first].startswith(start)

    @cached_property
    def _paths(self) -> list[str]:
        """Sorted, so that a folder is found by what lies in it without listing every folder of every path."""
        return sorted(self.entries)

    def _find(self, path: str) -> _Found | None:
        """What the path leads to, every link on the way followed; None when it leads nowhere or out of the tree."""
        pending = list(reversed(path.split("/")))
        reached = [""]  # the path of each folder on the way, the root's being empty
        links = steps = 0
        while pending:
            part = pending.pop()
            steps += 1
            if steps > MAX_STEPS:
                return None
            if part in {"", "."}:
                continue
            if part == "..":
                if len(reached) == 1:
                    # What lies above the app's root no answer may depend on; that it is a folder, all know.
                    return Directory() if _UPWARDS.issuperset(pending) else None
                reached.pop()
                continue
            place = f"{reached[-1]}/{part}" if reached[-1] else part
            entry = self._entry_at(place)
            if isinstance(entry, Symlink):
                links += 1
                if links > MAX_LINKS or entry.target.startswith("/"):
                    return Device() if entry.target == "/dev/null" and not pending else None
                pending.extend(reversed(entry.target.split("/")))
                continue
            if entry is None or (isinstance(entry, File) and pending):
                return None
            reached.append(place)
        return self._resolved_entry(reached[-1])

    def _resolved_entry(self, place: str) -> _Found | None:
        entry = self._entry_at(place) if place else Directory()
        return None if isinstance(entry, Symlink) else entry

    def _entry_at(self, place: str) -> Entry | None:
        entry = self.entries.get(place)
        return Directory() if entry is None and self.has_inside(place) else entry
