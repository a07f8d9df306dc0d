"""Single edits of a table as staff make them, each a value that can be applied to look at its outcome first."""

from dataclasses import dataclass, replace

from versions.domain.parts import Part, with_series, with_stack, without_part
from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseEntry, SeriesEntry, StackEntry, Table


@dataclass(frozen=True, slots=True)
class StackEdit:
    """The stack's own fields; the series of `entry` don't count, those that the table has stay."""

    entry: StackEntry
    is_default: bool

    @property
    def part(self) -> Part:
        return Part(self.entry.name)

    def applied(self, table: Table) -> Table:
        held = table.find_stack(self.entry.name)
        edited = with_stack(table, replace(self.entry, series=held.series if held else ()))
        return replace(edited, default_stack=self.entry.name) if self.is_default else edited


@dataclass(frozen=True, slots=True)
class SeriesEdit:
    """The series' own fields; its releases stay as the table has them."""

    stack: str
    entry: SeriesEntry

    @property
    def part(self) -> Part:
        return Part(self.stack, self.entry.series)

    def applied(self, table: Table) -> Table:
        """Raises Refusal `stack::unknown`."""
        stack = _stack(table, self.stack)
        held = stack.find_series(self.entry.series)
        return with_stack(table, with_series(stack, replace(self.entry, releases=held.releases if held else ())))


@dataclass(frozen=True, slots=True)
class ReleaseEdit:
    """The release's own fields; its archives stay as the table has them. A series that is new comes with it."""

    stack: str
    entry: ReleaseEntry

    @property
    def part(self) -> Part:
        return Part.of_release(self.stack, self.entry.version)

    def applied(self, table: Table) -> Table:
        """Raises Refusal `stack::unknown`."""
        stack = _stack(table, self.stack)
        series = stack.find_series(self.entry.version.series) or SeriesEntry(self.entry.version.series)
        held = series.release(self.entry.version)
        edited = replace(self.entry, artifacts=held.artifacts if held else ())
        others = [entry for entry in series.releases if entry.version != edited.version]
        releases = tuple(sorted([*others, edited], key=lambda entry: entry.version))
        return with_stack(table, with_series(stack, replace(series, releases=releases)))


@dataclass(frozen=True, slots=True)
class Removal:
    """Takes a stack, series or release out of the table, with everything below it."""

    part: Part

    def applied(self, table: Table) -> Table:
        """Raises Refusal `publish::not-pending` when the table has no such part."""
        return without_part(table, self.part)


Edit = StackEdit | SeriesEdit | ReleaseEdit | Removal


def _stack(table: Table, name: str) -> StackEntry:
    stack = table.find_stack(name)
    if stack is None:
        raise Refusal("stack::unknown", stack=name)
    return stack
