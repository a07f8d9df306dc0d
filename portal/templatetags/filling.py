"""HTML of many cells: what Django's `format_html` does, at half its cost.

Django asks of every value whether it is lazy, twice, and whether it knows its own HTML. Of a table's thousand cells
that is more than all the rest.
"""

from collections.abc import Iterable, Mapping
from html import escape

from django.utils.safestring import SafeString


def filled(pattern: str, *cells: object, **named: object) -> SafeString:
    """The pattern with each `{}` and `{name}` filled in. All but what is safe already is escaped."""
    texts = [_escaped(cell) for cell in cells]
    return SafeString(pattern.format(*texts, **{name: _escaped(cell) for name, cell in named.items()}))


def filled_rows(pattern: str, rows: Iterable[Mapping[str, object]]) -> SafeString:
    """The pattern once for each row, a line each."""
    return SafeString("\n".join([filled(pattern, **row) for row in rows]))


def _escaped(cell: object) -> str:
    return cell if isinstance(cell, SafeString) else escape(str(cell))
