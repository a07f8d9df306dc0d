"""Packs an unpacked interpreter again with a flat root: `bin/`, `lib/` and so on, without the folder around them."""

import os
import stat
from pathlib import Path

from versions.archives.contents import Entry
from versions.archives.formats import ArchiveFormat
from versions.archives.packing import WrittenArchive, write_archive
from versions.archives.unpacking import unpack

FORMATS = (ArchiveFormat.TAR_ZST, ArchiveFormat.TAR_GZ)


def repack(archive: Path, folder: Path, formats: tuple[ArchiveFormat, ...] = FORMATS) -> tuple[WrittenArchive, ...]:
    """The archive's files with a flat root, once in each format, as files in `folder`; the same bytes each time.

    Raises Refusal `artifact::unsafe-member`, `artifact::too-large` or `artifact::unreadable`; OSError for a full disk.
    """
    unpacked = folder / "unpacked"
    unpack(archive, unpacked)
    entries = _entries(unpacked)
    return tuple(write_archive(entries, folder / f"repacked.{wanted.value}", wanted) for wanted in formats)


def _entries(root: Path) -> list[Entry]:
    found = []
    for folder, folders, files in os.walk(root):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in (*links, *files):
            path = Path(folder, name)
            inside = path.relative_to(root).as_posix()
            if path.is_symlink():
                found.append(Entry(inside, link=path.readlink().as_posix()))
            else:
                executable = bool(path.stat().st_mode & stat.S_IXUSR)
                found.append(Entry(inside, source=path, is_executable=executable))
    return found
