"""Composing tables from parts of others: publishing some of what is pending, keeping edits across a rollback."""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import fields, replace
from typing import NamedTuple, TypeVar

from versions.domain.refusals import Refusal
from versions.domain.table import SeriesEntry, StackEntry, Table, base_order
from versions.domain.version import Version

_Entry = TypeVar("_Entry")
_Key = TypeVar("_Key", bound=Hashable)
_Fielded = TypeVar("_Fielded", StackEntry, SeriesEntry)


class Pick(NamedTuple):
    """One release on one stack, chosen for publishing."""

    stack: str
    version: Version


def pending_picks(current: Table | None, pending: Table) -> tuple[Pick, ...]:
    """The releases of `pending` that are new or different there, newest first within each stack."""
    picks: list[Pick] = []
    for stack in pending.stacks:
        published = current.find_stack(stack.name) if current else None
        picks += [
            Pick(stack.name, release.version)
            for series in stack.series
            for release in reversed(series.releases)
            if (published.find_release(release.version) if published else None) != release
        ]
    return tuple(picks)


def with_picks(current: Table, pending: Table, picks: Collection[Pick]) -> Table:
    """`current` with the picked releases as they stand in `pending`; all else stays as it is.

    A series or stack that is not published yet comes along, with the picked releases alone.
    Raises Refusal `publish::not-pending` for a pick that `pending` doesn't have.
    """
    table = current
    for pick in sorted(picks):
        source = pending.find_stack(pick.stack)
        series = source.find_series(pick.version.series) if source else None
        release = series.release(pick.version) if series else None
        if source is None or series is None or release is None:
            raise Refusal("publish::not-pending", stack=pick.stack, version=str(pick.version))
        stack = table.find_stack(pick.stack) or replace(source, series=())
        held = stack.find_series(series.series) or replace(series, releases=())
        held = replace(held, releases=_placed(held.releases, release, lambda entry: entry.version))
        all_series = _placed(stack.series, held, lambda entry: entry.series)
        table = _with_stack(table, replace(stack, series=tuple(reversed(all_series))))
    return table


def merged(into: Table, document: Table) -> Table:
    """`into` with every stack of `document` replaced or added; stacks that it doesn't name stay.

    The default stack stays as it is: a document that describes part of a table has no say in it.
    """
    table = into
    for stack in document.stacks:
        table = _with_stack(table, stack)
    return table


def rebased(pending: Table, current: Table, target: Table) -> Table:
    """`pending` after the published table moved from `current` to `target`: unpublished edits stay, the rest follows.

    Decided field by field for stacks and series and release by release below them.
    """

    def stacks(mine: StackEntry, base: StackEntry, theirs: StackEntry) -> StackEntry:
        series = _three_way(mine.series, base.series, theirs.series, lambda entry: entry.series, all_series)
        return replace(_fields_three_way(mine, base, theirs), series=tuple(sorted(series, reverse=True, key=_series)))

    def all_series(mine: SeriesEntry, base: SeriesEntry, theirs: SeriesEntry) -> SeriesEntry:
        releases = _three_way(mine.releases, base.releases, theirs.releases, lambda entry: entry.version, _either)
        ordered = tuple(sorted(releases, key=lambda entry: entry.version))
        return replace(_fields_three_way(mine, base, theirs), releases=ordered)

    kept = _three_way(pending.stacks, current.stacks, target.stacks, lambda entry: entry.name, stacks)
    default = _either(pending.default_stack, current.default_stack, target.default_stack)
    return Table(default, tuple(sorted(kept, key=lambda stack: base_order(stack.base, stack.name))))


def _series(entry: SeriesEntry) -> tuple[int, int]:
    return entry.series


def _either(mine: _Entry, base: _Entry, theirs: _Entry) -> _Entry:
    return theirs if mine == base else mine


def _fields_three_way(mine: _Fielded, base: _Fielded, theirs: _Fielded) -> _Fielded:
    """Every field but the children, which the callers decide one by one."""
    names = [field.name for field in fields(mine) if field.name not in {"series", "releases"}]
    decided = {name: _either(getattr(mine, name), getattr(base, name), getattr(theirs, name)) for name in names}
    return replace(mine, **decided)


def _three_way(
    mine: Iterable[_Entry],
    base: Iterable[_Entry],
    theirs: Iterable[_Entry],
    key: Callable[[_Entry], _Key],
    both: Callable[[_Entry, _Entry, _Entry], _Entry],
) -> list[_Entry]:
    """Entries by key: added or changed here stay, what went on either side goes, the rest is decided by `both`."""
    ours, old, new = ({key(entry): entry for entry in side} for side in (mine, base, theirs))
    result = []
    for name in ours | new:
        here, before, there = ours.get(name), old.get(name), new.get(name)
        if here is not None and there is not None:
            result.append(both(here, before if before is not None else there, there))
        elif here is not None and here != before:
            result.append(here)
        elif there is not None and before is None:
            result.append(there)
    return result


def _placed(entries: Iterable[_Entry], entry: _Entry, key: Callable[[_Entry], tuple[int, ...]]) -> tuple[_Entry, ...]:
    kept = [other for other in entries if key(other) != key(entry)]
    return tuple(sorted([*kept, entry], key=key))


def _with_stack(table: Table, stack: StackEntry) -> Table:
    others = [other for other in table.stacks if other.name != stack.name]
    return replace(table, stacks=tuple(sorted([*others, stack], key=lambda entry: base_order(entry.base, entry.name))))
