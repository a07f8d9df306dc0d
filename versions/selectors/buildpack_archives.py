"""Archives as buildpacks ask for them: by release and base, or by release and stack, without ever seeing the table."""

from collections.abc import Iterable

from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseStatus, StackEntry
from versions.domain.version import Version
from versions.models import StoredArchive
from versions.selectors.archives import ServedArchive, served_archive
from versions.selectors.published import current_number, published_table


def archive_for_base(version: str, *, base: str, arch: str) -> ServedArchive:
    """The .tar.zst archive with a flat root of a published release, on any stack with this base.

    Raises Refusal `artifact::not-here`, also when the release is withdrawn.
    """
    stacks = [stack for stack in _published_stacks() if stack.base == base]
    return _found(stacks, version, arch=arch, archive_format="tar.zst", place=f"{base} on {arch}")


def archive_for_stack(version: str, *, stack: str) -> ServedArchive:
    """The .tar.gz archive with a flat root of a published release, for the first architecture of the stack.

    Raises Refusal `artifact::not-here`, also when the release is withdrawn.
    """
    stacks = [entry for entry in _published_stacks() if entry.name == stack]
    arch = stacks[0].archs[0] if stacks else ""
    return _found(stacks, version, arch=arch, archive_format="tar.gz", place=stack)


def _published_stacks() -> tuple[StackEntry, ...]:
    number = current_number()
    return published_table(number).table.stacks if number else ()


def _found(
    stacks: Iterable[StackEntry], version: str, *, arch: str, archive_format: str, place: str
) -> ServedArchive:  # fmt: skip
    number = Version.parse(version)
    hashes = [
        artifact.sha256
        for stack in stacks
        if number is not None and (release := stack.find_release(number)) and release.status != ReleaseStatus.WITHDRAWN
        for artifact in release.artifacts
        if (artifact.arch, artifact.format) == (arch, archive_format)
    ]
    # Buildpacks unpack into a folder of their own and strip nothing, so the root has to be flat.
    flat = StoredArchive.objects.filter(sha256__in=hashes, is_verified=True, verification__root="")
    kept = set(flat.values_list("sha256", flat=True)) if hashes else set()
    for sha256 in hashes:
        if sha256 in kept:
            return served_archive(sha256)
    raise Refusal("artifact::not-here", version=version, place=place)
