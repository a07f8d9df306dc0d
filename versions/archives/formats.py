"""The archive formats that artifacts come in, and how each is read and written as a plain tar stream."""

import gzip
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, cast

import zstandard

# Enough to be small, not so much that packing a machine's interpreters is felt at the first start.
_GZIP_LEVEL = 4
_ZSTD_LEVEL = 6


class ArchiveFormat(StrEnum):
    """What an archive's name ends in, as the table document writes it."""

    TAR_GZ = "tar.gz"
    TAR_ZST = "tar.zst"
    TAR_XZ = "tar.xz"


def format_by_content(path: Path) -> ArchiveFormat | None:
    """The format that the first bytes of `path` tell, whatever its name says; None for anything else."""
    with path.open("rb") as archive:
        start = archive.read(6)
    if start.startswith(b"\x1f\x8b"):
        return ArchiveFormat.TAR_GZ
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        return ArchiveFormat.TAR_ZST
    return ArchiveFormat.TAR_XZ if start == b"\xfd7zXZ\x00" else None


@contextmanager
def compressed_writer(raw: IO[bytes], archive_format: ArchiveFormat) -> Iterator[IO[bytes]]:
    """A stream that compresses into `raw`, the same bytes for the same input whenever it runs."""
    match archive_format:
        case ArchiveFormat.TAR_GZ:
            with gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0) as stream:
                yield cast("IO[bytes]", stream)
        case ArchiveFormat.TAR_ZST:
            with zstandard.ZstdCompressor(level=_ZSTD_LEVEL).stream_writer(raw, closefd=False) as stream:
                yield cast("IO[bytes]", stream)
        case ArchiveFormat.TAR_XZ:
            with lzma.LZMAFile(raw, "wb", preset=1) as stream:
                yield cast("IO[bytes]", stream)


@contextmanager
def decompressed_reader(path: Path, archive_format: ArchiveFormat) -> Iterator[IO[bytes]]:
    """The tar stream inside the archive at `path`. Reading it raises what `DAMAGE` names when it is damaged."""
    with path.open("rb") as raw:
        match archive_format:
            case ArchiveFormat.TAR_GZ:
                with gzip.GzipFile(fileobj=raw, mode="rb") as stream:
                    yield cast("IO[bytes]", stream)
            case ArchiveFormat.TAR_ZST:
                with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(
                    raw, read_across_frames=True
                ) as stream:
                    yield cast("IO[bytes]", stream)
            case ArchiveFormat.TAR_XZ:
                with lzma.LZMAFile(raw, "rb") as stream:
                    yield cast("IO[bytes]", stream)


# What the decompressors raise on damaged input; tarfile.TarError comes on top when the tar inside is damaged.
DAMAGE = (OSError, EOFError, lzma.LZMAError, zstandard.ZstdError, ValueError)
