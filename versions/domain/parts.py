"""The parts of a table that can be published or discarded by themselves, and moving them from one table to another.

Publishing some of what is pending makes the published table equal to the pending one in those parts; discarding is the
same the other way round.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple, Self

from versions.domain.difference import Change
from versions.domain.document import artifact_document, stack_document
from versions.domain.names import is_name
from versions.domain.refusals import Refusal
from versions.domain.table import SeriesEntry, StackEntry, Table, base_order
from versions.domain.version import Series, Version

WHOLE_TABLE = "*"


class Part(NamedTuple):
    """A place in a table: a release on a stack, else a series there, else the stack; without a stack the table's own
    fields. Written `scalingo-22:3.12.4`, `scalingo-22:3.12`, `scalingo-22` and `*`."""

    stack: str = ""
    series: Series | None = None
    version: Version | None = None

    @classmethod
    def of_release(cls, stack: str, version: Version) -> Self:
        return cls(stack, version.series, version)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for text that names no place."""
        if text == WHOLE_TABLE:
            return cls()
        stack, colon, number = text.partition(":")
        if not is_name(stack):
            return None
        version, series = Version.parse(number), Series.parse(number)
        if version is not None:
            return cls.of_release(stack, version)
        if series is not None:
            return cls(stack, series)
        return None if colon else cls(stack)

    def __str__(self) -> str:
        if not self.stack:
            return WHOLE_TABLE
        place = self.version or self.series
        return f"{self.stack}:{place}" if place else self.stack


def named_parts(wanted: Iterable[str]) -> tuple[Part, ...]:
    """The parts that texts name, each once. Raises Refusal `publish::not-pending` for text that names none."""
    parts: dict[str, Part] = {}
    for text in wanted:
        part = Part.parse(text)
        if part is None:
            stack, _colon, number = text.rpartition(":")
            raise Refusal("publish::not-pending", stack=stack or "…", version=number)
        parts[str(part)] = part
    return tuple(parts[text] for text in sorted(parts))


def changed_parts(changes: Iterable[Change]) -> dict[Part, tuple[Change, ...]]:
    """Changes by the part that they belong to, in their order."""
    found: dict[Part, list[Change]] = {}
    for change in changes:
        found.setdefault(Part(change.stack or "", change.series, change.version), []).append(change)
    return {part: tuple(own) for part, own in found.items()}


def with_parts(into: Table, source: Table, parts: Collection[Part]) -> Table:
    """`into`, being as `source` is in these parts; all else stays as it is.

    A stack or series that `into` lacks comes whole when it is a part itself; for the sake of a part below it, it comes
    with that part alone. What `source` lacks goes, with everything below it.
    Raises Refusal `publish::not-pending` for a part that neither table has.
    """
    table = into
    for part in sorted(parts, key=_outermost_first):
        table = _with_part(table, source, part)
    return table


def without_part(table: Table, part: Part) -> Table:
    """`table` without this stack, series or release. Raises Refusal `publish::not-pending` when it has none such."""
    return with_parts(table, Table(default_stack=table.default_stack, stacks=()), [part])


def part_document(table: Table, part: Part) -> object:
    """The part as JSON values, without the parts below it; None when the table lacks it. Equal when nothing differs."""
    if not part.stack:
        return {"default_stack": table.default_stack}
    stack = table.find_stack(part.stack)
    if stack is None or part.series is None:
        own = {"is_default": table.default_stack == part.stack}
        return None if stack is None else stack_document(replace(stack, series=())) | own
    series = stack.find_series(part.series)
    release = series.release(part.version) if series and part.version else None
    if part.version is None:
        alone = None if series is None else replace(stack, default_series=None, series=(replace(series, releases=()),))
        return None if alone is None else stack_document(alone)["series"]
    if release is None:
        return None
    return {
        "released_on": None if release.released_on is None else release.released_on.isoformat(),
        "status": release.status.value,
        "reason": release.reason,
        "artifacts": [artifact_document(artifact) for artifact in release.artifacts],
    }


def _outermost_first(part: Part) -> tuple[bool, bool, str]:
    return part.version is not None, part.series is not None, str(part)


def _with_part(table: Table, source: Table, part: Part) -> Table:
    if not part.stack:
        return replace(table, default_stack=source.default_stack)
    ours, theirs = table.find_stack(part.stack), source.find_stack(part.stack)
    if part.series is not None:
        base = ours or (replace(theirs, series=()) if theirs else None)
        if base is None:
            raise not_pending(part)
        return with_stack(table, _with_series_part(base, theirs, part, part.series))
    if theirs is not None:
        return with_stack(table, replace(theirs, series=ours.series) if ours else theirs)
    if ours is None:
        raise not_pending(part)
    return replace(table, stacks=tuple(stack for stack in table.stacks if stack.name != part.stack))


def _with_series_part(stack: StackEntry, source: StackEntry | None, part: Part, number: Series) -> StackEntry:
    ours, theirs = stack.find_series(number), source.find_series(number) if source else None
    if part.version is not None:
        base = ours or (replace(theirs, releases=()) if theirs else None)
        if base is None:
            raise not_pending(part)
        return with_series(stack, _with_release_part(base, theirs, part, part.version))
    if theirs is not None:
        return with_series(stack, replace(theirs, releases=ours.releases) if ours else theirs)
    if ours is None:
        raise not_pending(part)
    return replace(stack, series=tuple(entry for entry in stack.series if entry.series != number))


def _with_release_part(series: SeriesEntry, source: SeriesEntry | None, part: Part, version: Version) -> SeriesEntry:
    ours, theirs = series.release(version), source.release(version) if source else None
    if ours is None and theirs is None:
        raise not_pending(part)
    kept = [entry for entry in series.releases if entry.version != version]
    ordered = sorted([*kept, *([theirs] if theirs else [])], key=lambda entry: entry.version)
    return replace(series, releases=tuple(ordered))


def with_stack(table: Table, stack: StackEntry) -> Table:
    """`table` with this stack added, or in place of the one of its name."""
    others = [other for other in table.stacks if other.name != stack.name]
    return replace(table, stacks=tuple(sorted([*others, stack], key=lambda entry: base_order(entry.base, entry.name))))


def with_series(stack: StackEntry, series: SeriesEntry) -> StackEntry:
    """`stack` with this series added, or in place of the one of its number."""
    others = [other for other in stack.series if other.series != series.series]
    return replace(stack, series=tuple(sorted([*others, series], key=lambda entry: entry.series, reverse=True)))


def not_pending(part: Part) -> Refusal:
    """What is said of a part that doesn't wait to be published."""
    place = part.version or part.series
    return Refusal("publish::not-pending", stack=part.stack, version=None if place is None else str(place))
