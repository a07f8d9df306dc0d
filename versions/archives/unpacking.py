"""Unpacks an interpreter archive into a fresh folder, after all of its members were found safe."""

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from versions.archives.formats import DAMAGE, decompressed_reader, format_by_content
from versions.archives.members import MemberList, UnpackLimits, clean_name, safe_members
from versions.domain.refusals import Refusal

_NO_LIMITS_GIVEN = UnpackLimits()


def archive_members(archive: Path, limits: UnpackLimits = _NO_LIMITS_GIVEN) -> MemberList:
    """The review of `archive` without unpacking it. Raises Refusals as `safe_members` does, and
    `artifact::unreadable` when it is no archive of a known format or is damaged."""
    with _opened(archive) as tar:
        return safe_members(tar, limits)


def unpack(archive: Path, target: Path, limits: UnpackLimits = _NO_LIMITS_GIVEN) -> MemberList:
    """Unpacks `archive` into `target`, which must not exist; its single top folder is stripped.

    Two passes: every member is reviewed before the first is written. Owner is the running user, modes are 755 or 644,
    times as in the archive. Raises Refusal `artifact::unsafe-member`, `artifact::too-large` or `artifact::unreadable`;
    `target` is gone again then.
    """
    members = archive_members(archive, limits)
    target.mkdir(mode=0o755)
    try:
        with _opened(archive) as tar:
            for member in tar:
                name = _inside(clean_name(member.name), members.root)
                if name:
                    _write(tar, member, target, name, members.root)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return members


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    archive_format = format_by_content(archive)
    if archive_format is None:
        raise Refusal("artifact::unreadable", problem="it is not a tar archive in gzip, zstd or xz form")
    try:
        with (
            decompressed_reader(archive, archive_format) as stream,
            tarfile.open(fileobj=stream, mode="r|", errorlevel=2) as tar,
        ):
            yield tar
    except (tarfile.TarError, *DAMAGE) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's trouble, not the archive's
        raise Refusal("artifact::unreadable", problem="it is damaged or cut short") from error


def _inside(name: str, root: str) -> str:
    """The name below the stripped root; empty for what lies outside of it or is the root itself."""
    if not root:
        return "" if name == "." else name
    return name[len(root) + 1 :] if name.startswith(f"{root}/") else ""


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path, name: str, root: str) -> None:
    path = target / name
    if member.isdir():
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        return
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if member.issym():
        path.symlink_to(member.linkname)
        return
    if member.islnk():
        source = target / _inside(clean_name(member.linkname), root)
        shutil.copyfile(source, path, follow_symlinks=False)
        path.chmod(source.stat().st_mode & 0o777)
        return
    content = tar.extractfile(member)
    assert content is not None
    mode = 0o755 if member.mode & 0o111 else 0o644
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    path.chmod(mode)  # whatever the umask said
    seconds = max(int(member.mtime), 0)
    os.utime(path, (seconds, seconds), follow_symlinks=False)
