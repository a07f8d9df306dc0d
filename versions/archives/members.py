"""Decides whether an archive may be unpacked at all, from its list of members alone, before anything is written."""

import posixpath
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass

from versions.domain.refusals import Refusal

_MAX_NAME_BYTES = 1024
_MAX_SHOWN = 120


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """What an archive may hold. An interpreter with everything has about 15,000 members and 500 MB."""

    members: int = 60_000
    total_bytes: int = 2 * 1024**3
    is_interpreter: bool = True  # its root may lie one folder deeper, in `python/install`


@dataclass(frozen=True, slots=True)
class MemberList:
    """The names of a safe archive. `root` is the single folder chain that everything lies in, such as `python/`."""

    root: str
    files: int
    total_bytes: int


def safe_members(members: Iterable[tarfile.TarInfo], limits: UnpackLimits) -> MemberList:
    """Reads all members and answers their common root.

    Raises Refusal `artifact::unsafe-member` naming the first member that is absolute, climbs with `..`, is a device, a
    pipe or a link that leaves, is written through a link or twice; `artifact::too-large` past a limit, at once.
    """
    review = _Review(limits)
    for member in members:
        review.add(member)
    if not review.kinds:
        raise Refusal("artifact::unreadable", problem="it is empty")
    review.check_links()
    return MemberList(root=review.root(), files=len(review.kinds), total_bytes=review.total_bytes)


class _Review:
    """What was seen so far: kind and link target by clean name."""

    def __init__(self, limits: UnpackLimits) -> None:
        self._limits = limits
        self._seen = 0
        self.total_bytes = 0
        self.kinds: dict[str, str] = {}
        self.targets: dict[str, str] = {}
        self.hard_links: dict[str, str] = {}

    def add(self, member: tarfile.TarInfo) -> None:
        self._seen += 1
        self.total_bytes += max(member.size, 0)
        if self._seen > self._limits.members:
            raise Refusal("artifact::too-large", problem=f"more than {self._limits.members} members")
        if self.total_bytes > self._limits.total_bytes:
            raise Refusal("artifact::too-large", problem=f"more than {self._limits.total_bytes} bytes unpacked")
        name = clean_name(member.name)
        if name == "." and member.isdir():
            return
        kind = _kind(member)
        before = self.kinds.get(name)
        if name == "." or (before is not None and (before, kind) != ("folder", "folder")):
            raise _unsafe(member.name, "it is written twice")
        self.kinds[name] = kind
        if kind == "symlink":
            self.targets[name] = member.linkname
        elif kind == "hardlink":
            source = clean_name(member.linkname)
            if self.kinds.get(source) not in {"file", "hardlink"}:
                raise _unsafe(member.name, "it is a hard link to something that is not a file before it")
            self.hard_links[name] = source

    def check_links(self) -> None:
        """Nothing is written through a link, and no link points, or leads by way of another, out of the archive."""
        for name in self.kinds:
            for parent in _parents(name):
                if self.kinds.get(parent, "folder") != "folder":
                    raise _unsafe(name, f"{parent} is not a folder")
        root = self.root()
        for name, target in self.targets.items():
            self._check_target(name, target, floor=root if name.startswith(f"{root}/") else "")
        for name, source in self.hard_links.items():
            if root and name.startswith(f"{root}/") and not source.startswith(f"{root}/"):
                raise _unsafe(name, "its link leaves the folder that is unpacked")

    def root(self) -> str:
        """The one top folder that everything lies in (`python`, or `python/install`), empty for a flat archive."""
        tops = {name.split("/", 1)[0] for name in self.kinds}
        top = tops.pop()
        if tops or top in {"bin", "lib"} or self.kinds.get(top, "folder") != "folder":
            return ""
        nested = f"{top}/install"
        if not self._limits.is_interpreter:
            return top
        return nested if any(name.startswith(f"{nested}/bin/") for name in self.kinds) else top

    def _check_target(self, name: str, target: str, *, floor: str) -> None:
        """`floor` is the folder that the link must stay in: what is above it is not unpacked."""
        if not target or target.startswith("/") or "\0" in target or len(target) > _MAX_NAME_BYTES:
            raise _unsafe(name, "its link leaves the archive")
        place = posixpath.dirname(name).split("/") if "/" in name else []
        depth = len(floor.split("/")) if floor else 0
        steps = [step for step in target.split("/") if step not in {"", "."}]
        for position, step in enumerate(steps):
            if step == "..":
                if len(place) <= depth:
                    raise _unsafe(name, "its link leaves the archive")
                place.pop()
                continue
            place.append(step)
            # A path that climbs after passing a link ends elsewhere than it reads, so such paths are not followed.
            if position < len(steps) - 1 and self.kinds.get("/".join(place)) == "symlink":
                raise _unsafe(name, "its link leads through another link")


def clean_name(name: str) -> str:
    """The member's name without `./`; refused when it is absolute, climbs, or no file system could hold it."""
    if name.startswith("/") or "\0" in name or "\\" in name or not name:
        raise _unsafe(name, "its name is absolute or malformed")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise _unsafe(name, "its name climbs with ..")
    if len(name.encode("utf-8", "surrogateescape")) > _MAX_NAME_BYTES:
        raise _unsafe(name, "its name is too long")
    return "/".join(parts) or "."


def _kind(member: tarfile.TarInfo) -> str:
    if member.isreg():
        return "file"
    if member.isdir():
        return "folder"
    if member.issym():
        return "symlink"
    if member.islnk():
        return "hardlink"
    raise _unsafe(member.name, "it is a device, a pipe or of an unknown kind")


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _unsafe(name: str, problem: str) -> Refusal:
    shown = name.encode("ascii", "backslashreplace").decode()
    return Refusal("artifact::unsafe-member", member=shown[:_MAX_SHOWN], problem=problem)
