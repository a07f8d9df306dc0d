"""What the publish page shows: which releases wait, and what publishing some of them would change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from versions.domain.canonical import digest
from versions.domain.composition import Pick, pending_picks, with_picks
from versions.domain.difference import Change, difference
from versions.domain.document import table_document
from versions.domain.table import ReleaseEntry, Table
from versions.domain.version import Version
from versions.models import StoredArchive
from versions.selectors.pending import checked, pending_rows
from versions.selectors.published import PublishedTable, published_table


@dataclass(frozen=True, slots=True)
class WaitingRelease:
    """A release on one stack that the published table lacks or has otherwise."""

    stack: str
    version: Version
    status: str
    is_new: bool
    is_installable: bool
    is_verified: bool
    newest_now: Version | None

    @property
    def pick(self) -> Pick:
        return Pick(self.stack, self.version)


@dataclass(frozen=True, slots=True)
class StackStep:
    """What a request for the series gets on a stack, before and after."""

    stack: str
    series: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class PublishPreview:
    """What publishing the picks would do; both digests guard the publication against a table that moved."""

    current: PublishedTable
    picks: tuple[Pick, ...]
    changes: tuple[Change, ...]
    steps: tuple[StackStep, ...]
    outcome_digest: str


@dataclass(frozen=True, slots=True)
class PendingChange:
    """All that differs between what is published and what staff have edited."""

    current: PublishedTable
    changes: tuple[Change, ...]
    releases: tuple[WaitingRelease, ...]


def pending_change() -> PendingChange:
    """Raises Refusal `revision::unknown` before the first revision."""
    current, pending = published_table(), pending_rows()
    picks = pending_picks(current.table, pending)
    verified = _verified(_release_of(pending, pick) for pick in picks)
    return PendingChange(
        current=current,
        changes=difference(current.table, pending),
        releases=tuple(_waiting(pick, current.table, pending, verified) for pick in picks),
    )


def publish_preview(picks: Collection[Pick]) -> PublishPreview:
    """What publishing these releases alone would change.

    Raises Refusal `publish::not-pending`, `table::invalid`, `revision::unknown`.
    """
    current = published_table()
    outcome = checked(with_picks(current.table, pending_rows(), picks))
    return PublishPreview(
        current=current,
        picks=tuple(sorted(picks)),
        changes=difference(current.table, outcome),
        steps=_steps(current.table, outcome, picks),
        outcome_digest=digest(table_document(outcome)),
    )


def _steps(current: Table, outcome: Table, picks: Collection[Pick]) -> tuple[StackStep, ...]:
    touched = sorted({(pick.stack, pick.version.series) for pick in picks}, reverse=True)
    return tuple(
        StackStep(stack, str(series), _newest(current, stack, series), _newest(outcome, stack, series))
        for stack, series in touched
    )


def _newest(table: Table, stack: str, series: tuple[int, int]) -> Version | None:
    held = table.find_stack(stack)
    entry = next((entry for entry in held.series if entry.series == series), None) if held else None
    return entry.newest.version if entry and entry.newest else None


def _release_of(table: Table, pick: Pick) -> ReleaseEntry:
    stack = table.find_stack(pick.stack)
    release = stack.find_release(pick.version) if stack else None
    assert release is not None, "picks are taken from this very table"
    return release


def _verified(releases: Iterable[ReleaseEntry]) -> frozenset[str]:
    hashes = [artifact.sha256 for release in releases for artifact in release.artifacts]
    return frozenset(StoredArchive.objects.filter(sha256__in=hashes, is_verified=True).values_list("sha256", flat=True))


def _waiting(pick: Pick, current: Table, pending: Table, verified: frozenset[str]) -> WaitingRelease:
    release = _release_of(pending, pick)
    stack = pending.find_stack(pick.stack)
    published = current.find_stack(pick.stack)
    chosen = [release.artifact_for(arch) for arch in (stack.archs if stack else ())]
    return WaitingRelease(
        stack=pick.stack,
        version=pick.version,
        status=release.status.value,
        is_new=published is None or published.find_release(pick.version) is None,
        is_installable=all(chosen),
        is_verified=all(artifact is not None and artifact.sha256 in verified for artifact in chosen),
        newest_now=_newest(current, pick.stack, pick.version.series),
    )
