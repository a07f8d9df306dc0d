"""What the publish page shows: which releases wait, and what publishing some of them would change."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from versions.domain.canonical import digest
from versions.domain.difference import Change, difference
from versions.domain.document import table_document
from versions.domain.parts import Part, changed_parts, not_pending, with_parts
from versions.domain.table import ReleaseEntry, SeriesStatus, Table
from versions.domain.version import Series, Version
from versions.models import StoredArchive
from versions.selectors.pending import checked, pending_rows, pending_state
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
    def part(self) -> Part:
        return Part.of_release(self.stack, self.version)


@dataclass(frozen=True, slots=True)
class StackStep:
    """What a request for the series gets on a stack, before and after."""

    stack: str
    series: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class PublishPreview:
    """What publishing the parts would do; both digests guard the publication against a table that moved."""

    current: PublishedTable
    outcome: Table
    parts: tuple[Part, ...]
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
    current, (state, pending) = published_table(), pending_state()
    key = (current.digest, state)
    if not state or key not in _compared:
        if len(_compared) >= _COMPARISONS_KEPT:
            _compared.clear()
        _compared[key] = difference(current.table, pending), _releases_that_wait(current.table, pending)
    changes, parts = _compared[key]
    verified = verified_hashes(_release_of(pending, part) for part in parts)
    return PendingChange(
        current=current,
        changes=changes,
        releases=tuple(_waiting(part, current.table, pending, verified) for part in parts),
    )


_COMPARISONS_KEPT = 4
# Between what digests stand for: the published table and the pending one. The same pair always compares alike.
_compared: dict[tuple[str, str], tuple[tuple[Change, ...], list[Part]]] = {}


def publish_preview(parts: Collection[Part] | None = None) -> PublishPreview:
    """What publishing these parts alone would change; None: all that is pending.

    Raises Refusal `publish::not-pending`, `table::invalid`, `revision::unknown`.
    """
    current, pending = published_table(), pending_rows()
    waiting = changed_parts(difference(current.table, pending))
    for part in parts or ():
        if part not in waiting:
            raise not_pending(part)
    outcome = checked(pending if parts is None else with_parts(current.table, pending, parts))
    changes = difference(current.table, outcome)
    return PublishPreview(
        current=current,
        outcome=outcome,
        parts=tuple(waiting) if parts is None else tuple(sorted(set(parts), key=str)),
        changes=changes,
        steps=newest_steps(current.table, outcome),
        outcome_digest=digest(table_document(outcome)),
    )


def _releases_that_wait(current: Table, pending: Table) -> list[Part]:
    """The releases of `pending` that are new or different there, newest first within each stack."""
    waiting: list[Part] = []
    for stack in pending.stacks:
        published = current.find_stack(stack.name)
        waiting += [
            Part.of_release(stack.name, release.version)
            for series in stack.series
            for release in reversed(series.releases)
            if (published.find_release(release.version) if published else None) != release
        ]
    return waiting


def newest_steps(current: Table, outcome: Table) -> tuple[StackStep, ...]:
    """Each series of each stack whose newest release becomes another one."""
    pairs = dict.fromkeys(
        (stack.name, entry.series) for table in (outcome, current) for stack in table.stacks for entry in stack.series
    )
    steps = (
        StackStep(stack, str(series), _newest(current, stack, series), _newest(outcome, stack, series))
        for stack, series in pairs
    )
    return tuple(step for step in steps if step.before != step.after)


def _newest(table: Table, stack: str, series: Series) -> Version | None:
    held = table.find_stack(stack)
    entry = held.find_series(series) if held else None
    if entry is None or entry.newest is None or entry.status is SeriesStatus.REMOVED:
        return None
    return entry.newest.version


def _release_of(table: Table, part: Part) -> ReleaseEntry:
    stack = table.find_stack(part.stack)
    release = stack.find_release(part.version) if stack and part.version else None
    assert release is not None, "parts are taken from this very table"
    return release


def verified_hashes(releases: Iterable[ReleaseEntry]) -> frozenset[str]:
    """The archives of these releases that the portal keeps and has verified. One query."""
    hashes = [artifact.sha256 for release in releases for artifact in release.artifacts]
    return frozenset(StoredArchive.objects.filter(sha256__in=hashes, is_verified=True).values_list("sha256", flat=True))


def _waiting(part: Part, current: Table, pending: Table, verified: frozenset[str]) -> WaitingRelease:
    release = _release_of(pending, part)
    stack = pending.find_stack(part.stack)
    published = current.find_stack(part.stack)
    chosen = [release.artifact_for(arch) for arch in (stack.archs if stack else ())]
    return WaitingRelease(
        stack=part.stack,
        version=release.version,
        status=release.status.value,
        is_new=published is None or published.find_release(release.version) is None,
        is_installable=all(chosen),
        is_verified=all(artifact is not None and artifact.sha256 in verified for artifact in chosen),
        newest_now=_newest(current, part.stack, release.version.series),
    )
