"""What a pasted listing names: one name a line, or what `ls`, `ls -l`, `find` and `git ls-files` or `ls-tree` print."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

_LONG = re.compile(
    r"(?P<kind>[-dlbcps])[-rwxsStT]{9}[.+@]?\s+\d+\s+\S+\s+\S+\s+\S+\s+"
    r"(?:\w{3}\s+\d{1,2}\s+(?:\d\d:\d\d|\d{4})|\d{4}-\d\d-\d\d\s+\d\d:\d\d(?::[\d.]+\s+[-+]\d{4})?)\s(?P<name>.+)"
)
_GIT_TREE = re.compile(r"\d{6} (?P<kind>blob|tree|commit) [0-9a-f]{40,64}\t(?P<name>.+)")
_COLUMNS = re.compile(r"\t+| {2,}")  # a terminal's `ls` prints several names a line
_TOTAL = re.compile(r"total \d[\d.,]*[KMGT]?")
_NOT_NAMES = frozenset({"", ".", "./", "..", "../"})


def listed_entries(text: str, *, beside: Iterable[str] = ()) -> dict[str, dict[str, object]]:
    """The entries that a listing names, in the form of `read_source`; all files are empty.

    `find` and `git ls-files` don't mark folders, so whatever has something inside it is one; `beside` are the paths of
    other files of the same app.
    """
    entries = dict(entry for line in text.split("\n") for entry in _line_entries(line.strip()))
    paths = sorted({*entries, *beside})
    for name, entry in entries.items():
        if "text" in entry and _has_inside(paths, name):
            entries[name] = {"dir": True}
    return entries


def _line_entries(line: str) -> Iterator[tuple[str, dict[str, object]]]:
    if line in _NOT_NAMES or _TOTAL.fullmatch(line):
        return
    if long := _LONG.fullmatch(line):
        name, _arrow, target = long["name"].partition(" -> ") if long["kind"] == "l" else (long["name"], "", "")
        if name not in _NOT_NAMES:
            yield _entry(name, is_folder=long["kind"] == "d", target=target)
    elif tree := _GIT_TREE.fullmatch(line):
        yield _entry(tree["name"], is_folder=tree["kind"] != "blob")
    else:
        yield from (_entry(name) for name in _COLUMNS.split(line) if name not in _NOT_NAMES)


def _entry(name: str, *, is_folder: bool = False, target: str = "") -> tuple[str, dict[str, object]]:
    path = name.removeprefix("./")
    if target:
        return path, {"symlink": target}
    if is_folder or path.endswith("/"):
        return path.removesuffix("/"), {"dir": True}
    return path, {"text": ""}


def _has_inside(paths: list[str], folder: str) -> bool:
    start = f"{folder}/"
    first = bisect_left(paths, start)
    return first < len(paths) and paths[first].startswith(start)
