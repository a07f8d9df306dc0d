"""The public documentation table: series by stacks, "up to `3.12.3`" or "unsupported", and the defaults.

Stacks oldest first, as the platform's documentation lists them; unlisted and discontinued ones are left out.
"""

from dataclasses import dataclass
from html import escape

from versions.domain.table import SeriesEntry, SeriesStatus, StackEntry, StackStatus, Table
from versions.domain.version import Series

UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class DocumentationTable:
    """The words of the table before any markup: one heading a column, one row a series, one sentence a default."""

    stacks: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str | None, ...]], ...]
    defaults: tuple[tuple[tuple[str, ...], str, str | None], ...]


def documentation_table(table: Table) -> DocumentationTable:
    """What the documentation says of `table`; a cell is the newest release that a series gives, None: unsupported."""
    stacks = [
        stack for stack in reversed(table.stacks) if stack.listed and stack.status is not StackStatus.DISCONTINUED
    ]
    numbers = sorted({entry.series for stack in stacks for entry in stack.series}, reverse=True)
    rows = tuple((str(number), tuple(_newest(stack.find_series(number)) for stack in stacks)) for number in numbers)
    return DocumentationTable(tuple(stack.name for stack in stacks), rows, _defaults(stacks))


def markdown(table: Table, *, revision: int) -> str:
    """The documentation as a Markdown fragment."""
    words = documentation_table(table)
    lines = [
        "| Python Version | " + " | ".join(words.stacks) + " |",
        "| --- " * (len(words.stacks) + 1) + "|",
        *(
            f"| {series} | " + " | ".join(_cell(newest, "`{}`") for newest in cells) + " |"
            for series, cells in words.rows
        ),
        "",
        *(_default_sentence(stacks, series, newest, "`{}`") for stacks, series, newest in words.defaults),
        "",
        f"<!-- revision {revision} -->",
        "",
    ]
    return "\n".join(lines)


def html(table: Table, *, revision: int) -> str:
    """The documentation as an HTML fragment that needs no style sheet."""
    words = documentation_table(table)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("Python Version", *words.stacks))
    body = "".join(
        f'<tr><th scope="row">{escape(series)}</th>'
        + "".join(f"<td>{_cell(newest, '<code>{}</code>')}</td>" for newest in cells)
        + "</tr>\n"
        for series, cells in words.rows
    )
    sentences = "".join(
        f"<p>{_default_sentence(stacks, series, newest, '<code>{}</code>')}</p>\n"
        for stacks, series, newest in words.defaults
    )
    headed = f"<thead><tr>{head}</tr></thead>"
    return f'<table data-revision="{revision}">\n{headed}\n<tbody>\n{body}</tbody>\n</table>\n{sentences}'


def _newest(entry: SeriesEntry | None) -> str | None:
    if entry is None or entry.status is SeriesStatus.REMOVED or entry.newest is None:
        return None
    return str(entry.newest.version)


def _defaults(stacks: list[StackEntry]) -> tuple[tuple[tuple[str, ...], str, str | None], ...]:
    """Stacks that share a default series and its newest release share a sentence."""
    found: dict[tuple[Series, str | None], list[str]] = {}
    for stack in stacks:
        if stack.default_series:
            newest = _newest(stack.find_series(stack.default_series))
            found.setdefault((stack.default_series, newest), []).append(stack.name)
    return tuple((tuple(names), str(series), newest) for (series, newest), names in found.items())


def _cell(newest: str | None, code: str) -> str:
    return UNSUPPORTED if newest is None else f"up to {code.format(newest)}"


def _default_sentence(stacks: tuple[str, ...], series: str, newest: str | None, code: str) -> str:
    names = [code.format(name) for name in stacks]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    today = f", today {code.format(newest)}" if newest else ""
    return f"Default on {listed}: the latest {code.format(series)} release{today}."
