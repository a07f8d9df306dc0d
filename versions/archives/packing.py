"""Packs an interpreter of this machine into one archive that runs wherever it is unpacked.

The archive has a flat root (`bin/`, `lib/`, `include/`), finds its own shared library, carries pip, and is the same to
the byte each time it is made. Left out: installed packages, tests, static libraries, compiled files.
"""

import hashlib
import io
import os
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from versions.archives.contents import Entry, prefix_contents
from versions.archives.formats import ArchiveFormat, compressed_writer
from versions.archives.prefixes import prefix_facts
from versions.domain.version import Version

# One instant for every member. Not zero: pip builds zip files from what it finds, and those begin in 1980.
_MEMBER_TIME = 946_684_800


@dataclass(frozen=True, slots=True)
class PackedArchive:
    """A finished archive on disk. `size` in bytes, `sha256` in hex."""

    path: Path
    sha256: str
    size: int
    format: ArchiveFormat
    version: Version
    arch: str


@dataclass(frozen=True, slots=True)
class WrittenArchive:
    """A finished archive of whatever was packed. `size` in bytes, `sha256` in hex."""

    path: Path
    sha256: str
    size: int
    format: ArchiveFormat


def pack_prefix(
    prefix: Path,
    target: Path,
    archive_format: ArchiveFormat = ArchiveFormat.TAR_GZ,
    *,
    interpreter: Path | None = None,
) -> PackedArchive:
    """Packs the interpreter installed at `prefix` into the file `target`, which appears complete or not at all.

    `interpreter` names the executable where a prefix holds several, as /usr may. Raises Refusal `prefix::not-python` or
    `prefix::not-packable` with the reason; OSError when the disk is full or `target` cannot be written.
    """
    facts = prefix_facts(prefix, interpreter)
    with tempfile.TemporaryDirectory(prefix="packing-") as patched:
        written = write_archive(prefix_contents(facts, Path(patched)), target, archive_format)
    return PackedArchive(
        path=target,
        sha256=written.sha256,
        size=written.size,
        format=archive_format,
        version=facts.version,
        arch=facts.arch,
    )


def write_archive(entries: list[Entry], target: Path, archive_format: ArchiveFormat) -> WrittenArchive:
    """Writes the entries to the file `target`, which appears complete or not at all; the same bytes each time."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".packing-")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            hashing = _HashingWriter(raw)
            with compressed_writer(cast("IO[bytes]", hashing), archive_format) as stream:
                _write_members(stream, entries)
            raw.flush()
            os.fsync(raw.fileno())
        unfinished.chmod(0o644)
        unfinished.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            unfinished.unlink()
        raise
    return WrittenArchive(target, hashing.sha256.hexdigest(), hashing.size, archive_format)


def _write_members(stream: IO[bytes], entries: list[Entry]) -> None:
    folders: set[str] = set()
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for entry in sorted(entries, key=lambda entry: entry.name):
            for folder in _parents(entry.name):
                if folder not in folders:
                    folders.add(folder)
                    archive.addfile(_member(folder, tarfile.DIRTYPE, 0o755))
            _write_entry(archive, entry)


def _write_entry(archive: tarfile.TarFile, entry: Entry) -> None:
    if entry.link is not None:
        member = _member(entry.name, tarfile.SYMTYPE, 0o777)
        member.linkname = entry.link
        archive.addfile(member)
        return
    member = _member(entry.name, tarfile.REGTYPE, 0o755 if entry.is_executable else 0o644)
    if entry.source is not None and entry.content is None:
        with entry.source.open("rb") as source:
            member.size = os.fstat(source.fileno()).st_size
            archive.addfile(member, source)
        return
    data = entry.content or b""
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _member(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.mode = mode
    member.mtime = _MEMBER_TIME
    return member


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


class _HashingWriter(io.RawIOBase):
    """Counts and hashes what passes on its way to the file."""

    def __init__(self, raw: IO[bytes]) -> None:
        super().__init__()
        self._raw = raw
        self.sha256 = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        """Passes `data` (bytes or a view of them) on."""
        view = memoryview(data)  # type: ignore[arg-type]
        self.sha256.update(view)
        self.size += view.nbytes
        self._raw.write(view)
        return view.nbytes
