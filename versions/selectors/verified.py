"""Which releases may not be published, because an archive of theirs is missing or was never verified."""

from collections.abc import Iterator, Mapping

from versions.domain.parts import Part
from versions.domain.table import ReleaseEntry, ReleaseStatus, StackEntry, Table
from versions.models import Release, StoredArchive


def unverified_releases(current: Table, outcome: Table) -> list[Part]:
    """Releases that `outcome` newly offers (or with other archives, or on one more architecture) and lacks a verified
    archive of for an architecture of their stack.

    An archive counts that was verified as this very release. Imported history is exempt: it may be listed without being
    installable. Two queries at most.
    """
    offered = list(_newly_offered(current, outcome))
    if not offered:
        return []
    verified = verified_as({artifact.sha256 for _stack, release in offered for artifact in release.artifacts})
    unfit = [
        Part.of_release(stack.name, release.version)
        for stack, release in offered
        if not all(has_verified(release, arch, verified) for arch in stack.archs)
    ]
    if not unfit:
        return []
    imported = set(
        Release.objects.filter(is_imported=True, version__in={str(part.version) for part in unfit}).values_list(
            "series__stack__name", "version"
        )
    )
    return [part for part in unfit if (part.stack, str(part.version)) not in imported]


def _newly_offered(current: Table, outcome: Table) -> Iterator[tuple[StackEntry, ReleaseEntry]]:
    for stack in outcome.stacks:
        held = current.find_stack(stack.name)
        for series in stack.series:
            for release in series.releases:
                known = held.find_release(release.version) if held else None
                is_as_it_was = (
                    known is not None
                    and held is not None
                    and known.status is not ReleaseStatus.WITHDRAWN
                    and known.artifacts == release.artifacts
                    and set(stack.archs) <= set(held.archs)
                )
                # Exact requests still get what is yanked, so only what nobody gets needs no archive.
                if release.status is not ReleaseStatus.WITHDRAWN and not is_as_it_was:
                    yield stack, release


def no_longer_verified(current: Table, outcome: Table) -> list[Part]:
    """Releases that `outcome` would bring back although their preferred archive here has failed a verification since.

    What was published once was verified, or imported, so its archives are only looked at for what became known later.
    """
    offered = list(_newly_offered(current, outcome))
    hashes = {artifact.sha256 for _stack, release in offered for artifact in release.artifacts}
    failed = set(StoredArchive.objects.filter(sha256__in=hashes, is_verified=False).values_list("sha256", flat=True))
    return [
        Part.of_release(stack.name, release.version)
        for stack, release in offered
        if any((artifact := release.artifact_for(arch)) and artifact.sha256 in failed for arch in stack.archs)
    ]


def verified_as(hashes: set[str]) -> dict[str, tuple[object, object]]:
    """Of each verified archive the release and the architecture that it was verified as; None where no record says."""
    rows = StoredArchive.objects.filter(sha256__in=hashes, is_verified=True)
    records = rows.values_list("sha256", "verification__version", "verification__arch")
    return {sha256: (version, arch) for sha256, version, arch in records}


def has_verified(release: ReleaseEntry, arch: str, verified: Mapping[str, tuple[object, object]]) -> bool:
    """Whether it has a verified archive for `arch`; `verified` is what `verified_as` says of its hashes.

    The preferred archive counts: it is what builds get.
    """
    artifact = release.artifact_for(arch)
    if artifact is None or artifact.sha256 not in verified:
        return False
    version, verified_arch = verified[artifact.sha256]
    return version in (None, str(release.version)) and verified_arch in (None, arch)
