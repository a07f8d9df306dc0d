"""The pending state, as the table it would become if all of it were published."""

from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from django.db import connection

from versions.domain.canonical import digest
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

# Every column of every row that makes the pending table, as one text; hundreds of rows take the database a millisecond.
_STATE = " UNION ALL ".join(
    f"SELECT md5(coalesce(string_agg(md5(held::text), '' ORDER BY held.id), '')) FROM versions_{name} AS held"  # noqa: S608 - our own tables
    for name in ("stack", "series", "release", "artifact")
)


class _MovedError(Exception):
    """Somebody edited while the rows were read."""


class PendingState(NamedTuple):
    """The pending rows. `digest` stands for just these; empty when they were moving."""

    digest: str
    table: Table


def pending_table() -> Table:
    """What staff have edited, whole. Four queries.

    Raises Refusal `table::invalid` when the rows don't make a table, such as before the first stack.
    """
    return checked(pending_rows())


def pending_rows() -> Table:
    """The pending state as it stands, valid or not; its default stack is empty when none is marked."""
    rows = list(Stack.objects.all())
    contents = _contents()
    stacks = tuple(
        sorted((_stack(row, contents[row.pk]) for row in rows), key=lambda stack: base_order(stack.base, stack.name))
    )
    default = next((row.name for row in rows if row.is_default), "")
    return Table(default, stacks)


def pending_state() -> PendingState:
    """For pages: the pending rows, kept in the process as long as the database says that they read the same. One query
    then; what is published is always read anew."""
    state = _state_digest()
    try:
        return PendingState(state, _rows_of(state))
    except _MovedError:
        return PendingState("", pending_rows())


def pending_document() -> tuple[Table, str]:
    """For pages: the pending rows with the digest of their document, both worked out once as long as nobody edits."""
    state, rows = pending_state()
    if not state:
        return rows, digest(table_document(rows))
    if state not in _digests:
        if len(_digests) >= _DIGESTS_KEPT:
            _digests.clear()
        _digests[state] = digest(table_document(rows))
    return rows, _digests[state]


_DIGESTS_KEPT = 4
_digests: dict[str, str] = {}  # of documents, by the digest of the rows that they are made of


@lru_cache(maxsize=2)
def _rows_of(state: str) -> Table:
    rows = pending_rows()
    if _state_digest() != state:
        raise _MovedError  # and so is not kept
    return rows


def _state_digest() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return " ".join(str(part) for (part,) in cursor.fetchall())


def _contents() -> dict[int, list[SeriesEntry]]:
    """The series below each stack. Put together by hand: prefetching makes a queryset for each of hundreds of rows."""
    artifacts: dict[int, list[ArtifactEntry]] = defaultdict(list)
    for artifact in Artifact.objects.order_by("preference", "pk"):
        artifacts[artifact.release_id].append(_artifact(artifact))
    releases: dict[int, list[ReleaseEntry]] = defaultdict(list)
    for release in Release.objects.order_by("patch"):
        releases[release.series_id].append(_release(release, artifacts[release.pk]))
    series: dict[int, list[SeriesEntry]] = defaultdict(list)
    for row in Series.objects.order_by("-major", "-minor"):
        series[row.stack_id].append(_series(row, releases[row.pk]))
    return series


def checked(table: Table) -> Table:
    """The table, after its document has passed the same reading that an import goes through."""
    if not table.stacks:
        raise Refusal("table::empty")
    return read_table(table_document(table))


def _stack(row: Stack, series: list[SeriesEntry]) -> StackEntry:
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


def _series(row: Series, releases: list[ReleaseEntry]) -> SeriesEntry:
    return SeriesEntry(
        series=SeriesNumber(row.major, row.minor),
        status=SeriesStatus(row.status),
        eol_on=row.eol_on,
        removed_on=row.removed_on,
        releases=tuple(releases),
    )


def _release(row: Release, artifacts: list[ArtifactEntry]) -> ReleaseEntry:
    return ReleaseEntry(
        version=Version(row.major, row.minor, row.patch),
        released_on=row.released_on,
        status=ReleaseStatus(row.status),
        reason=row.reason or None,
        artifacts=tuple(artifacts),
    )


def _artifact(row: Artifact) -> ArtifactEntry:
    return ArtifactEntry(arch=row.arch, format=row.format, url=row.url, sha256=row.sha256, size=row.size)
