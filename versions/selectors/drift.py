"""How an outside copy differs from the current revision."""

from collections.abc import Iterator
from dataclasses import dataclass

from versions.domain.difference import difference
from versions.domain.outside import OutsideForm
from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseStatus, SeriesStatus, StackEntry, StackStatus, Table
from versions.domain.version import Version
from versions.formats.outside import CopyClaims, NewestClaim, read_outside
from versions.selectors.published import published_table

_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, the only one at its place. `here` and `there` are what each side says, None for nothing."""

    stack: str
    place: str
    here: str | None
    there: str | None


@dataclass(frozen=True, slots=True)
class DriftReport:
    revision: int
    form: OutsideForm
    differences: tuple[Drift, ...]


def drift_report(text: str, *, form: OutsideForm | None = None, stack: str = "") -> DriftReport:
    """Holds a copy's text against the current revision.

    With `form` it has to be a copy of that form. With `stack` only what it says of this stack counts, and what it says
    of none is of this one. Raises Refusal `outside::not-understood`, `outside::other-form`, `table::invalid`,
    `stack::unknown`, `revision::unknown`.
    """
    current = published_table()
    if stack and current.table.find_stack(stack) is None:
        raise Refusal("stack::unknown", stack=stack)
    bases: dict[str, tuple[str, ...]] = {}
    for entry in current.table.stacks:
        bases[entry.base] = (*bases.get(entry.base, ()), entry.name)
    copy = read_outside(text, bases=bases)
    if form is not None and copy.form is not form:
        raise Refusal("outside::other-form", found=copy.form.value, expected=form.value)
    found: dict[tuple[str, str], Drift] = {}
    for drift in _drifts(current.table, copy, stack):
        found.setdefault((drift.stack, drift.place), drift)
    return DriftReport(current.number, copy.form, tuple(found.values()))


def _drifts(table: Table, copy: CopyClaims, only: str) -> Iterator[Drift]:
    if copy.table is not None:
        for change in difference(table, copy.table):
            place = " ".join(str(part) for part in (change.version or change.series, change.field) if part)
            if not only or change.stack == only:
                yield Drift(change.stack or "", place, change.before, change.after)
    if copy.newest:
        yield from _newest_drifts(table, _of_stacks(table, copy.newest, only), only)
    releases = [(name or only, versions) for name, versions in copy.releases if not only or name in ("", only)]
    if only and copy.releases and not releases:
        releases = [(only, ())]
    for name, versions in releases:
        yield from _release_drifts(table, name, set(versions))


def _of_stacks(table: Table, claims: tuple[NewestClaim, ...], only: str) -> tuple[NewestClaim, ...]:
    """The claims with a stack in each: those of no stack are of the one that is looked at, else of all in use."""
    unnamed = [only] if only else [stack.name for stack in table.stacks if _is_in_use(stack)]
    named = (
        NewestClaim(stack, claim.series, claim.newest)
        for claim in claims
        for stack in ([_shown(claim.stack)] if claim.stack else unnamed)
    )
    return tuple(claim for claim in named if not only or claim.stack == only)


def _newest_drifts(table: Table, claims: tuple[NewestClaim, ...], only: str) -> Iterator[Drift]:
    spoken_of = {claim.stack for claim in claims}
    claimed = {(claim.stack, claim.series) for claim in claims}
    for claim in claims:
        stack = table.find_stack(claim.stack)
        here = _newest(stack, claim) if stack else None
        if here != claim.newest:
            yield Drift(claim.stack, str(claim.series), _text(here), _text(claim.newest))
    for stack in table.stacks:
        is_expected = stack.name == only if only else _is_in_use(stack)
        if is_expected and stack.name not in spoken_of:
            yield Drift(stack.name, "", stack.base, None)
        for entry in stack.series if stack.name in spoken_of else ():
            is_offered = entry.newest is not None and entry.status is not SeriesStatus.REMOVED
            if is_offered and (stack.name, entry.series) not in claimed and entry.newest:
                yield Drift(stack.name, str(entry.series), str(entry.newest.version), None)


def _newest(stack: StackEntry, claim: NewestClaim) -> Version | None:
    entry = stack.find_series(claim.series)
    if entry is None or entry.status is SeriesStatus.REMOVED or entry.newest is None:
        return None
    return entry.newest.version


def _release_drifts(table: Table, name: str, there: set[Version]) -> Iterator[Drift]:
    """`name` is empty for a copy that names no stack: then a release counts when any stack that is in use has it."""
    stacks = [stack for stack in table.stacks if (stack.name == name if name else _is_in_use(stack))]
    here = {
        entry.version
        for stack in stacks
        for series in stack.series
        for entry in series.releases
        if entry.status is not ReleaseStatus.WITHDRAWN
    }
    shown = _shown(name)
    for version in sorted(here - there):
        yield Drift(shown, str(version), str(version), None)
    for version in sorted(there - here):
        yield Drift(shown, str(version), None, str(version))


def _is_in_use(stack: StackEntry) -> bool:
    return stack.listed and stack.status is not StackStatus.DISCONTINUED


def _text(version: Version | None) -> str | None:
    return None if version is None else str(version)


def _shown(name: str) -> str:
    """A name from outside: cut short, and without what the database can't hold."""
    return name[:_SHOWN_CHARACTERS].replace("\0", "\N{REPLACEMENT CHARACTER}")
