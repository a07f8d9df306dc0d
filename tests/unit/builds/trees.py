"""Source trees for tests, written as short as possible."""

from builds.domain.source import Directory, Entry, File, SourceTree, Symlink

Files = dict[str, bytes | str | Entry]
FOLDER = Directory()


def tree_of(files: Files) -> SourceTree:
    """Contents by path: text and bytes are files."""
    return SourceTree({path: _entry(contents) for path, contents in files.items()})


def link(target: str) -> Symlink:
    return Symlink(target)


def _entry(contents: bytes | str | Entry) -> Entry:
    match contents:
        case bytes():
            return File(contents)
        case str():
            return File(contents.encode())
        case _:
            return contents
