"""`.python-version`: one line with `3.12` or `3.12.3`; blank lines and lines that begin with # don't count."""

from builds.domain.outcomes import (
    VersionFileAmbiguous,
    VersionFileEmpty,
    VersionFileInvalid,
    VersionFileMisspelled,
    VersionFileUndecodable,
)
from builds.domain.source import SourceTree
from builds.domain.sources.encodings import foreign_encoding
from builds.domain.sources.lines import DETAIL_CHARACTERS, meaningful_lines, trimmed
from versions.domain.resolution import is_series_or_release
from versions.domain.version import Series

NAME = ".python-version"
MAX_VERSIONS = 5  # as many of several versions as an answer repeats

# Names that people give the file by mistake, in the order in which they are looked for. One of them is an error even
# beside a right file: nobody could tell which of the two the next edit will land in.
MISSPELLINGS = (
    ",python-version",
    ".python-version ",
    ".python-version.rtf",
    ".python-version.txt",
    ".python.version",
    ".python_version",
    ".python_version.txt",
    "python-version",
    "python-version ",
    "python-version.",
    "python-version.txt",
    "python_version",
    "python_version.txt",
)


def find_misspelling(tree: SourceTree) -> VersionFileMisspelled | None:
    """The first file whose name was meant to be `.python-version`."""
    name = next((name for name in MISSPELLINGS if tree.is_file(name)), None)
    return VersionFileMisspelled(name) if name else None


def read_python_version_file(
    contents: bytes, *, default_series: Series | None
) -> str | VersionFileUndecodable | VersionFileInvalid | VersionFileEmpty | VersionFileAmbiguous:
    """The version asked for, or why the file cannot be understood. Each line is checked before lines are counted."""
    versions: list[str] = []
    for line in meaningful_lines(contents):
        version = trimmed(line)
        if not is_series_or_release(version):
            encoding = foreign_encoding(contents)
            if encoding:
                return VersionFileUndecodable(encoding, default_series)
            return VersionFileInvalid(line[:DETAIL_CHARACTERS], default_series)
        versions.append(version)
    if not versions:
        return VersionFileEmpty(default_series)
    if len(versions) > 1:
        return VersionFileAmbiguous(tuple(version[:DETAIL_CHARACTERS] for version in versions[:MAX_VERSIONS]))
    return versions[0]
