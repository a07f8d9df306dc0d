"""Which releases may not be published, because an archive of theirs is missing or was never verified."""

from collections.abc import Iterator

from versions.domain.parts import Part
from versions.domain.table import ReleaseEntry, ReleaseStatus, StackEntry, Table
from versions.models import Release, StoredArchive


def unverified_releases(current: Table, outcome: Table) -> list[Part]:
    """Releases that `outcome` newly offers, or with other archives, and lacks a verified archive of for an architecture
    of their stack.

    Imported history is exempt: it may be listed without being installable. Two queries at most.
    """
    offered = list(_newly_offered(current, outcome))
    if not offered:
        return []
    hashes = {artifact.sha256 for _stack, release in offered for artifact in release.artifacts}
    verified = set(StoredArchive.objects.filter(sha256__in=hashes, is_verified=True).values_list("sha256", flat=True))
    unfit = [
        Part.of_release(stack.name, release.version)
        for stack, release in offered
        if not all(_has_verified(release, arch, verified) for arch in stack.archs)
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
                is_as_it_was = known is not None and known.artifacts == release.artifacts
                if release.status is ReleaseStatus.AVAILABLE and not is_as_it_was:
                    yield stack, release


def _has_verified(release: ReleaseEntry, arch: str, verified: set[str]) -> bool:
    """The preferred archive counts: it is what builds get."""
    artifact = release.artifact_for(arch)
    return artifact is not None and artifact.sha256 in verified
