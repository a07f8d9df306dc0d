"""What differs between two tables, change by change, in the order in which people read a table."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from versions.domain.table import ArtifactEntry, ReleaseEntry, SeriesEntry, StackEntry, Table, Tool
from versions.domain.version import Series, Version


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `field` is set when a field of something that both tables have differs.

    Its place narrows from left to right: the table itself (no stack), a stack, a series on it, a release in that.
    `before` and `after` are written as in the table document; artifacts as `arch format sha256`.
    """

    kind: ChangeKind
    stack: str | None = None
    series: Series | None = None
    version: Version | None = None
    field: str | None = None
    before: str | None = None
    after: str | None = None


def difference(before: Table, after: Table) -> tuple[Change, ...]:
    """Every change that turns `before` into `after`; empty when they are equal."""
    return tuple(_table_changes(before, after))


def _table_changes(before: Table, after: Table) -> Iterator[Change]:
    if before.default_stack != after.default_stack:
        yield Change(ChangeKind.CHANGED, field="default_stack", before=before.default_stack, after=after.default_stack)
    for stack in after.stacks:
        yield from _stack_changes(before.find_stack(stack.name), stack)
    for stack in before.stacks:
        if after.find_stack(stack.name) is None:
            yield Change(ChangeKind.REMOVED, stack.name, before=stack.base)


def _stack_changes(before: StackEntry | None, after: StackEntry) -> Iterator[Change]:
    if before is None:
        yield Change(ChangeKind.ADDED, after.name, after=after.base)
        before = StackEntry(after.name, after.base)
        known: tuple[Series, ...] = ()
    else:
        known = tuple(entry.series for entry in before.series)
        for name, old, new in _differing(before, after, skipped="series"):
            yield Change(ChangeKind.CHANGED, after.name, field=name, before=old, after=new)
    for entry in after.series:
        yield from _series_changes(after.name, before.find_series(entry.series), entry)
    for series in known:
        if after.find_series(series) is None:
            yield Change(ChangeKind.REMOVED, after.name, series)


def _series_changes(stack: str, before: SeriesEntry | None, after: SeriesEntry) -> Iterator[Change]:
    if before is None:
        yield Change(ChangeKind.ADDED, stack, after.series, after=after.status.value)
        before = SeriesEntry(after.series)
    else:
        for name, old, new in _differing(before, after, skipped="releases"):
            yield Change(ChangeKind.CHANGED, stack, after.series, field=name, before=old, after=new)
    for entry in after.releases:
        yield from _release_changes(stack, before.release(entry.version), entry)
    for entry in before.releases:
        if after.release(entry.version) is None:
            yield Change(ChangeKind.REMOVED, stack, after.series, entry.version, before=entry.status.value)


def _release_changes(stack: str, before: ReleaseEntry | None, after: ReleaseEntry) -> Iterator[Change]:
    place = (stack, after.version.series, after.version)
    if before is None:
        yield Change(ChangeKind.ADDED, *place, after=after.status.value)
        return
    for name, old, new in _differing(before, after):
        yield Change(ChangeKind.CHANGED, *place, field=name, before=old, after=new)


def _differing(
    before: StackEntry | SeriesEntry | ReleaseEntry,
    after: StackEntry | SeriesEntry | ReleaseEntry,
    *,
    skipped: str = "",
) -> Iterator[tuple[str, str | None, str | None]]:
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if old != new and field.name != skipped:
            texts = _written(old), _written(new)
            # Archives are written short; where only their addresses or sizes differ, those are what to show.
            yield field.name, *(texts if texts[0] != texts[1] else (_addresses(old), _addresses(new)))


def _addresses(artifacts: tuple[ArtifactEntry, ...]) -> str:
    sizes = ("of unknown size" if entry.size is None else f"{entry.size} bytes" for entry in artifacts)
    return ", ".join(
        f"{entry.arch} {entry.format} {entry.url} {size}" for entry, size in zip(artifacts, sizes, strict=True)
    )


def _written(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Series():  # tuples, too, these two: they come before the lists below
            return str(value)
        case date():
            return value.isoformat()
        case Tool():
            return f"{value.name} {value.version}"
        case tuple():
            return ", ".join(_written(item) or "" for item in value)
        case ArtifactEntry():
            return f"{value.arch} {value.format} {value.sha256}"
        case _:
            return str(value)
