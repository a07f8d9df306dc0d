"""Archives made on the spot, honest and hostile."""

import gzip
import io
import lzma
import tarfile
from pathlib import Path
from typing import Literal


def member(
    name: str,
    data: bytes = b"",
    *,
    kind: bytes = tarfile.REGTYPE,
    link: str = "",
    mode: int = 0o644,
    extended_name: str = "",
) -> tuple[tarfile.TarInfo, bytes]:
    """One member with its bytes."""
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = link
    info.mode = mode
    info.size = len(data)
    if extended_name:
        info.pax_headers = {"path": extended_name}
    return info, data


def folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, kind=tarfile.DIRTYPE, mode=0o755)


def symlink(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, kind=tarfile.SYMTYPE, link=target)


def hard_link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, kind=tarfile.LNKTYPE, link=target)


def archive(path: Path, *members: tuple[tarfile.TarInfo, bytes], compression: Literal["", "gz", "xz"] = "gz") -> Path:
    """A tar file at `path` with these members, in this order."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    data = plain.getvalue()
    match compression:
        case "gz":
            path.write_bytes(gzip.compress(data))
        case "xz":
            path.write_bytes(lzma.compress(data))
        case "":
            path.write_bytes(data)
    return path
