"""The pending state, as the table it would become if all of it were published."""

from versions.domain.document import read_table, table_document
from versions.domain.refusals import Refusal
from versions.domain.table import (
    ArtifactEntry,
    ReleaseEntry,
    ReleaseStatus,
    Ruleset,
    SeriesEntry,
    SeriesStatus,
    StackEntry,
    StackStatus,
    Table,
    Tool,
    base_order,
)
from versions.domain.version import Series as SeriesNumber
from versions.domain.version import Version
from versions.models import Artifact, Release, Series, Stack


def pending_table() -> Table:
    """What staff have edited, whole. Four queries.

    Raises Refusal `table::invalid` when the rows don't make a table, such as before the first stack.
    """
    return checked(pending_rows())


def pending_rows() -> Table:
    """The pending state as it stands, valid or not; its default stack is empty when none is marked."""
    rows = Stack.objects.with_contents()
    stacks = tuple(sorted((_stack(row) for row in rows), key=lambda stack: base_order(stack.base, stack.name)))
    default = next((row.name for row in rows if row.is_default), "")
    return Table(default, stacks)


def checked(table: Table) -> Table:
    """The table, after its document has passed the same reading that an import goes through."""
    if not table.stacks:
        raise Refusal("table::empty")
    return read_table(table_document(table))


def _stack(row: Stack) -> StackEntry:
    series = sorted((_series(item) for item in row.series.all()), key=lambda entry: entry.series, reverse=True)
    return StackEntry(
        name=row.name,
        base=row.base,
        archs=tuple(row.archs),
        status=StackStatus(row.status),
        listed=row.is_listed,
        ruleset=Ruleset(row.ruleset),
        default_series=SeriesNumber.parse(row.default_series) if row.default_series else None,
        supported_until=row.supported_until,
        series=tuple(series),
        tools=tuple(Tool(name, version) for name, version in sorted(row.tools.items())),
    )


def _series(row: Series) -> SeriesEntry:
    releases = sorted((_release(item) for item in row.releases.all()), key=lambda entry: entry.version)
    return SeriesEntry(
        series=SeriesNumber(row.major, row.minor),
        status=SeriesStatus(row.status),
        eol_on=row.eol_on,
        removed_on=row.removed_on,
        releases=tuple(releases),
    )


def _release(row: Release) -> ReleaseEntry:
    artifacts = sorted(row.artifacts.all(), key=lambda artifact: (artifact.preference, artifact.pk))
    return ReleaseEntry(
        version=Version(row.major, row.minor, row.patch),
        released_on=row.released_on,
        status=ReleaseStatus(row.status),
        reason=row.reason or None,
        artifacts=tuple(_artifact(item) for item in artifacts),
    )


def _artifact(row: Artifact) -> ArtifactEntry:
    return ArtifactEntry(arch=row.arch, format=row.format, url=row.url, sha256=row.sha256, size=row.size)
