"""The JSON form of a source tree, as `POST /api/v1/detect` takes it."""

import base64
import binascii
from itertools import islice

from builds.domain.source import Directory, Entry, File, SourceTree, Symlink
from versions.domain.refusals import Fault, Refusal

# An app has a few dozen entries in its root; more than these only hold up everybody else's detection.
MAX_ENTRIES = 5_000
MAX_PATH_CHARACTERS = 4_096
MAX_PATHS_CHARACTERS = 1_000_000  # all of them together
MAX_BASE64_CHARACTERS = 4 * 1024 * 1024  # of all files together; the largest lock that is read has fewer
MAX_FAULTS = 50
_NO_NAMES = frozenset({"", ".", ".."})
_FORMS = 'expected {"text"}, {"base64"}, {"dir": true} or {"symlink"}'


def read_source(files: object) -> SourceTree:
    """The tree that a JSON object of paths describes.

    A file is `{"text": …}`, `{"base64": …}`, `{"dir": true}` or `{"symlink": target}`. Raises Refusal
    `request::malformed`, whose faults name each wrong entry.
    """
    if not isinstance(files, dict):
        raise Refusal("request::malformed", faults=(Fault("files", "expected an object of paths"),))
    if len(files) > MAX_ENTRIES:
        raise Refusal("request::malformed", faults=(Fault("files", f"holds more than {MAX_ENTRIES} entries"),))
    if sum(map(len, files)) > MAX_PATHS_CHARACTERS:
        fault = Fault("files", f"its paths have more than {MAX_PATHS_CHARACTERS} characters")
        raise Refusal("request::malformed", faults=(fault,))
    if _base64_characters(files) > MAX_BASE64_CHARACTERS:
        fault = Fault("files", f"its base64 has more than {MAX_BASE64_CHARACTERS} characters")
        raise Refusal("request::malformed", faults=(fault,))
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for path, value in files.items():
        entry = _entry(value)
        problem = _path_problem(path)
        if problem or isinstance(entry, str):
            faults.append(Fault(f"files[{_quoted(path)}]", problem or str(entry)))
        else:
            entries[path] = entry
    tree = SourceTree(entries)
    faults += _misplaced(tree)
    if faults:
        raise Refusal("request::malformed", faults=tuple(faults[:MAX_FAULTS]))
    return tree


def source_document(tree: SourceTree) -> dict[str, dict[str, object]]:
    """The JSON object of a tree; `read_source` gives the same tree back."""
    return {path: _entry_document(entry) for path, entry in tree.entries.items()}


def _entry_document(entry: Entry) -> dict[str, object]:
    if isinstance(entry, Directory):
        return {"dir": True}
    if isinstance(entry, Symlink):
        return {"symlink": entry.target}
    try:
        return {"text": entry.contents.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(entry.contents).decode("ascii")}


def _base64_characters(files: dict[str, object]) -> int:
    encoded = (value.get("base64") for value in files.values() if isinstance(value, dict))
    return sum(len(content) for content in encoded if isinstance(content, str))


def _entry(value: object) -> Entry | str:
    """The entry, or what is wrong with it."""
    if not isinstance(value, dict) or len(value) != 1:
        return _FORMS
    ((form, content),) = value.items()
    if form == "text" and isinstance(content, str):
        # A lone surrogate is no UTF-8; it becomes bytes that no decoder takes for a character.
        return File(content.encode("utf-8", "surrogatepass"))
    if form == "base64" and isinstance(content, str):
        return _decoded(content)
    if form == "dir" and content is True:
        return Directory()
    if form == "symlink" and isinstance(content, str) and 0 < len(content) <= MAX_PATH_CHARACTERS:
        return Symlink(content)
    return _FORMS


def _decoded(encoded: str) -> Entry | str:
    try:
        return File(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):  # ValueError: characters beyond ASCII
        return "is not base64"


def _path_problem(path: str) -> str | None:
    if not path or len(path) > MAX_PATH_CHARACTERS:
        return f"a path has 1 to {MAX_PATH_CHARACTERS} characters"
    if "\0" in path or not _NO_NAMES.isdisjoint(path.split("/")):
        return "is not a plain path inside the app"
    return None


def _misplaced(tree: SourceTree) -> list[Fault]:
    """Entries that lie inside something that is no folder."""
    if not any("/" in path for path in tree.entries):
        return []
    closed = (path for path, entry in tree.entries.items() if not isinstance(entry, Directory))
    misplaced = ((inner, outer) for outer in closed if tree.has_inside(outer) for inner in tree.inside(outer))
    return [
        Fault(f"files[{_quoted(inner)}]", f"lies inside {_quoted(outer)}, which is no folder")
        for inner, outer in islice(misplaced, MAX_FAULTS)
    ]


def _quoted(path: str) -> str:
    """A path as a fault shows it: short, and with what JSON cannot carry escaped."""
    return ascii(path[:80])
