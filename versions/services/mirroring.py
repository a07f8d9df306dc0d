"""Mirroring: archives that the table points at elsewhere are fetched, packed again with a flat root, and kept here."""

from dataclasses import dataclass

from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobKind, Target
from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseStatus, Table
from versions.domain.version import Version
from versions.models import ArchiveJob
from versions.selectors.pending import pending_rows
from versions.selectors.published import current_number, published_table
from versions.services.archive_jobs import begin_job


@dataclass(frozen=True, slots=True)
class MirrorSource:
    """One archive elsewhere, and what it is to be an artifact of."""

    url: str
    sha256: str
    target: Target


def request_mirror(*, version: Version, stacks: tuple[str, ...], actor: Actor) -> ArchiveJob:
    """Has everything that these stacks point at elsewhere for the release mirrored in the background.

    Raises Refusal `stack::unknown`, `release::unknown`, `artifact::nothing-to-mirror`.
    """
    mirror_sources(version, stacks)
    return begin_job(
        kind=JobKind.MIRROR, version=str(version), stacks=sorted(set(stacks)), requested_by=actor.name
    )  # fmt: skip


def mirror_sources(version: Version, stacks: tuple[str, ...]) -> tuple[MirrorSource, ...]:
    """Each address once, with all stacks that point at it: what is pending counts before what is published.

    Raises as `request_mirror` does.
    """
    pending = pending_rows()
    published = published_table().table if current_number() else None
    found: dict[tuple[str, str, str], set[str]] = {}
    for stack in stacks:
        for url, sha256, arch in _pointed_at(pending, published, stack, version):
            found.setdefault((url, sha256, arch), set()).add(stack)
    if not found:
        raise Refusal("artifact::nothing-to-mirror", version=str(version), stack=", ".join(stacks))
    return tuple(
        MirrorSource(url, sha256, Target(version, tuple(sorted(names)), arch))
        for (url, sha256, arch), names in found.items()
    )


def _pointed_at(pending: Table, published: Table | None, name: str, version: Version) -> list[tuple[str, str, str]]:
    """The preferred archive elsewhere for each architecture of the stack; those kept here need no mirror."""
    stack = pending.find_stack(name)
    if stack is None:
        raise Refusal("stack::unknown", stack=name)
    before = published.find_stack(name) if published else None
    releases = [entry.find_release(version) for entry in (stack, before) if entry is not None]
    known = [release for release in releases if release is not None]
    if not known or known[0].status is ReleaseStatus.WITHDRAWN:
        raise Refusal("release::unknown", version=str(version), stack=name)
    pointed: list[tuple[str, str, str]] = []
    for arch in stack.archs:
        artifact = next((found for release in known if (found := release.artifact_for(arch))), None)
        if artifact is not None and "://" in artifact.url:
            pointed.append((artifact.url, artifact.sha256, arch))
    return pointed
