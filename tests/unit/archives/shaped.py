"""The interpreter of the tests in other shapes: as upstream packs it, inside a folder."""

import tarfile
from pathlib import Path

from tests.sharing import shared_folder
from tests.unit.archives.interpreters import packed_interpreter
from versions.archives.formats import ArchiveFormat, compressed_writer, decompressed_reader
from versions.archives.packing import PackedArchive


def upstream_archive(root: str = "python", archive_format: ArchiveFormat = ArchiveFormat.TAR_GZ) -> Path:
    """An archive of the tests' interpreter with everything in the folder `root`; made once in a run."""
    name = f"upstream-{root.replace('/', '-')}.{archive_format.value}"
    packed = packed_interpreter()
    return shared_folder(name, lambda folder: wrap(packed, folder / "archive", root, archive_format)) / "archive"


def wrap(packed: PackedArchive, target: Path, root: str, archive_format: ArchiveFormat) -> None:
    """Writes the flat archive again with everything in the folder `root`."""
    with (
        decompressed_reader(packed.path, packed.format) as source,
        tarfile.open(fileobj=source, mode="r|") as flat,
        target.open("wb") as raw,
        compressed_writer(raw, archive_format) as stream,
        tarfile.open(fileobj=stream, mode="w|") as wrapped,
    ):
        for member in flat:
            content = flat.extractfile(member) if member.isreg() else None
            member.name = f"{root}/{member.name}"
            wrapped.addfile(member, content)
