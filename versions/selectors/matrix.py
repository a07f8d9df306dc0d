"""The version matrix: series by stacks, newest first, as published, with what is pending beside it."""

from dataclasses import dataclass
from datetime import date

from versions.domain.table import SeriesEntry, SeriesStatus, StackEntry, StackStatus, Table
from versions.domain.version import Series, Version
from versions.selectors.published import PublishedTable, published_table


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What a stack offers of a series. `newest` is None when nothing of it can be had there."""

    stack: str
    series: Series
    status: SeriesStatus | None
    newest: Version | None
    releases: int
    is_installable: bool
    pending: Version | None = None

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


def version_matrix(*, pending: Table | None = None, with_discontinued: bool = False) -> Matrix:
    """The matrix of the current revision; newer releases of `pending` are noted in their cells.

    Raises Refusal `revision::unknown` before the first revision.
    """
    revision = published_table()
    stacks = [
        stack for stack in revision.table.stacks if with_discontinued or stack.status is not StackStatus.DISCONTINUED
    ]
    numbers = sorted({entry.series for stack in stacks for entry in stack.series}, reverse=True)
    return Matrix(
        revision=revision,
        columns=tuple(_column(stack, revision.table.default_stack) for stack in stacks),
        rows=tuple(_row(number, stacks, pending) for number in numbers),
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


def _row(series: Series, stacks: list[StackEntry], pending: Table | None) -> MatrixRow:
    entries = [stack.find_series(series) for stack in stacks]
    days = [entry.eol_on for entry in entries if entry and entry.eol_on]
    cells = tuple(_cell(stack, entry, series, pending) for stack, entry in zip(stacks, entries, strict=True))
    return MatrixRow(series=series, eol_on=max(days, default=None), cells=cells)


def _cell(stack: StackEntry, entry: SeriesEntry | None, series: Series, pending: Table | None) -> MatrixCell:
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
        pending=edited_newest.version if edited_newest and is_newer else None,
    )
