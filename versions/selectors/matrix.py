"""The version matrix: series by stacks, newest first, as published, with what is pending beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from versions.domain.table import ReleaseEntry, SeriesEntry, SeriesStatus, StackEntry, StackStatus, Table
from versions.domain.version import Series, Version
from versions.selectors.advisories import AdvisoryRow, active_advisories, advisories_of
from versions.selectors.published import PublishedTable, published_table
from versions.selectors.verified import has_verified, verified_as


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What a stack offers of a series. `newest` is None when nothing of it can be had there.

    `advisories`: those that concern `newest`. `is_verified`: its archives for the stack passed verification here.
    """

    stack: str
    series: Series
    status: SeriesStatus | None
    newest: Version | None
    releases: int
    is_installable: bool
    is_verified: bool = False
    pending: Version | None = None
    advisories: tuple[AdvisoryRow, ...] = ()

    @property
    def is_supported(self) -> bool:
        return self.newest is not None and self.status is not SeriesStatus.REMOVED


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A series with its end of life (the latest that any stack states) and a cell for every column."""

    series: Series
    eol_on: date | None
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A stack as the matrix's head names it."""

    name: str
    base: str
    status: StackStatus
    is_listed: bool
    is_default: bool
    default_series: Series | None
    supported_until: date | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole matrix; discontinued stacks are counted, not shown, unless asked for."""

    revision: PublishedTable
    columns: tuple[MatrixColumn, ...]
    rows: tuple[MatrixRow, ...]
    discontinued: tuple[str, ...]

    @property
    def has_listed(self) -> bool:
        """Whether the newest of some cell has no archive."""
        return any(cell.is_supported and not cell.is_installable for row in self.rows for cell in row.cells)

    @property
    def has_unverified(self) -> bool:
        """Whether the newest of some cell has archives that were never verified here."""
        return any(
            cell.is_supported and cell.is_installable and not cell.is_verified
            for row in self.rows
            for cell in row.cells
        )


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of releases beside the table: advisories, and how archives were verified, by hash."""

    advisories: list[AdvisoryRow]
    verified: Mapping[str, tuple[object, object]]

    def concerning(self, release: ReleaseEntry | None) -> tuple[AdvisoryRow, ...]:
        return tuple(advisories_of(release.version, self.advisories)) if release else ()

    def is_verified(self, release: ReleaseEntry | None, stack: StackEntry) -> bool:
        return release is not None and all(has_verified(release, arch, self.verified) for arch in stack.archs)


def version_matrix(*, pending: Table | None = None, with_discontinued: bool = False) -> Matrix:
    """The matrix of the current revision; newer releases of `pending` are noted in their cells.

    Raises Refusal `revision::unknown` before the first revision.
    """
    revision = published_table()
    stacks = [
        stack for stack in revision.table.stacks if with_discontinued or stack.status is not StackStatus.DISCONTINUED
    ]
    told = _Told(active_advisories(), verified_as(_newest_hashes(stacks)))
    numbers = sorted({entry.series for stack in stacks for entry in stack.series}, reverse=True)
    return Matrix(
        revision=revision,
        columns=tuple(_column(stack, revision.table.default_stack) for stack in stacks),
        rows=tuple(_row(number, stacks, pending, told) for number in numbers),
        discontinued=tuple(stack.name for stack in revision.table.stacks if stack.status is StackStatus.DISCONTINUED),
    )


def _column(stack: StackEntry, default_stack: str) -> MatrixColumn:
    return MatrixColumn(
        name=stack.name,
        base=stack.base,
        status=stack.status,
        is_listed=stack.listed,
        is_default=stack.name == default_stack,
        default_series=stack.default_series,
        supported_until=stack.supported_until,
    )


def _newest_hashes(stacks: list[StackEntry]) -> set[str]:
    newest = [entry.newest for stack in stacks for entry in stack.series]
    return {artifact.sha256 for release in newest if release is not None for artifact in release.artifacts}


def _row(series: Series, stacks: list[StackEntry], pending: Table | None, told: _Told) -> MatrixRow:
    entries = [stack.find_series(series) for stack in stacks]
    days = [entry.eol_on for entry in entries if entry and entry.eol_on]
    cells = tuple(_cell(stack, entry, series, pending, told) for stack, entry in zip(stacks, entries, strict=True))
    return MatrixRow(series=series, eol_on=max(days, default=None), cells=cells)


def _cell(
    stack: StackEntry, entry: SeriesEntry | None, series: Series, pending: Table | None, told: _Told
) -> MatrixCell:  # fmt: skip
    newest = entry.newest if entry else None
    edited = pending.find_stack(stack.name) if pending else None
    edited_series = edited.find_series(series) if edited else None
    edited_newest = edited_series.newest if edited_series else None
    is_newer = edited_newest is not None and (newest is None or edited_newest.version > newest.version)
    return MatrixCell(
        stack=stack.name,
        series=series,
        status=entry.status if entry else None,
        newest=newest.version if newest else None,
        releases=len(entry.releases) if entry else 0,
        is_installable=newest is not None and all(newest.artifact_for(arch) for arch in stack.archs),
        is_verified=told.is_verified(newest, stack),
        advisories=told.concerning(newest),
        pending=edited_newest.version if edited_newest and is_newer else None,
    )
