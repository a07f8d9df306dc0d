"""How an outside copy differs from the current revision."""

from collections.abc import Iterator
from dataclasses import dataclass

from versions.domain.difference import difference
from versions.domain.table import ReleaseStatus, SeriesStatus, StackEntry, StackStatus, Table
from versions.domain.version import Version
from versions.formats.outside import NewestClaim, OutsideCopy, OutsideForm, read_outside
from versions.selectors.published import published_table


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `here` and `there` are what each side says, None when it says there is nothing."""

    stack: str
    place: str
    here: str | None
    there: str | None


@dataclass(frozen=True, slots=True)
class DriftReport:
    revision: int
    form: OutsideForm
    differences: tuple[Drift, ...]


def drift_report(text: str) -> DriftReport:
    """Holds a copy's text against the current revision. Raises Refusal `outside::not-understood`, `table::invalid`,
    `revision::unknown`."""
    current = published_table()
    bases: dict[str, tuple[str, ...]] = {}
    for stack in current.table.stacks:
        bases[stack.base] = (*bases.get(stack.base, ()), stack.name)
    copy = read_outside(text, bases=bases)
    return DriftReport(current.number, copy.form, tuple(_drifts(current.table, copy)))


def _drifts(table: Table, copy: OutsideCopy) -> Iterator[Drift]:
    if copy.table is not None:
        for change in difference(table, copy.table):
            place = " ".join(str(part) for part in (change.version or change.series, change.field) if part)
            yield Drift(change.stack or "", place, change.before, change.after)
    yield from _newest_drifts(table, copy.newest)
    for name, versions in copy.releases:
        yield from _release_drifts(table, name, set(versions))


def _newest_drifts(table: Table, claims: tuple[NewestClaim, ...]) -> Iterator[Drift]:
    spoken_of = {claim.stack for claim in claims}
    claimed = {(claim.stack, claim.series) for claim in claims}
    for claim in claims:
        stack = table.find_stack(claim.stack)
        here = _newest(stack, claim) if stack else None
        if here != claim.newest:
            yield Drift(claim.stack, str(claim.series), _text(here), _text(claim.newest))
    for stack in table.stacks:
        is_documented = stack.listed and stack.status is not StackStatus.DISCONTINUED
        if claims and is_documented and stack.name not in spoken_of:
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
    for version in sorted(here - there):
        yield Drift(name, str(version), str(version), None)
    for version in sorted(there - here):
        yield Drift(name, str(version), None, str(version))


def _is_in_use(stack: StackEntry) -> bool:
    return stack.listed and stack.status is not StackStatus.DISCONTINUED


def _text(version: Version | None) -> str | None:
    return None if version is None else str(version)
