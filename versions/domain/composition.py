"""Composing a table from several: merging a document in, keeping edits across a rollback."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, replace
from typing import TypeVar

from versions.domain.parts import with_stack
from versions.domain.table import SeriesEntry, StackEntry, Table, base_order

_Entry = TypeVar("_Entry")
_Key = TypeVar("_Key", bound=Hashable)
_Fielded = TypeVar("_Fielded", StackEntry, SeriesEntry)


def merged(into: Table, document: Table) -> Table:
    """`into` with every stack of `document` replaced or added; stacks that it doesn't name stay.

    The default stack stays as it is: a document that describes part of a table has no say in it.
    """
    table = into
    for stack in document.stacks:
        table = with_stack(table, stack)
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
