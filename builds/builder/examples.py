"""The bundled examples: which folders they are, and copies that ask for a Python which a machine has."""

import re
import shutil
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
# Built by the first run on the stack `local`: quick, on any series, and known to the documented rules.
FIRST_EXAMPLES = ("asks-exact", "asks-series", "broken-hook", "hello-flask", "postdeploy-app", "setup-py-app")
_REQUEST_FILE = "runtime.txt"
_REQUEST = re.compile(rb"python-[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{0,4})?\n?")
_MAX_FILES = 200


def example_for(name: str, request: str, target: Path) -> Path:
    """A copy of the example `name` below the folder `target` that asks for `request` (`3.12`, `3.12.3`).

    An older copy is replaced. Answers the copy's folder.
    """
    copy = target / name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(EXAMPLES / name, copy)
    (copy / _REQUEST_FILE).write_text(f"python-{request}\n", encoding="utf-8")
    return copy


def is_bundled_example(directory: Path) -> bool:
    """Whether the folder is one of the examples, or a copy that differs in the release it asks for alone."""
    found = directory.resolve()
    if found.parent == EXAMPLES:
        return True
    original = EXAMPLES / found.name
    return original.is_dir() and _contents(found) == _contents(original)


def _contents(folder: Path) -> dict[str, bytes] | None:
    """Names and bytes of all files, a well-formed request left out; None for anything but a few regular files."""
    contents = {}
    for count, path in enumerate(sorted(folder.rglob("*"))):
        if path.is_symlink() or count > _MAX_FILES:
            return None
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            data = path.read_bytes()
            if name != _REQUEST_FILE or not _REQUEST.fullmatch(data):
                contents[name] = data
    return contents
