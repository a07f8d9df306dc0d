"""Lists as files: CSV that no spreadsheet runs, and JSON, written piece by piece as their rows come."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_PIECE_CHARACTERS = 32 * 1024
# What spreadsheets take for a formula at the start of a cell; the wide forms are what some input methods type.
_FORMULA = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_NEEDS_MARK = re.compile(f"'*{_FORMULA}")
_HAS_MARK = re.compile(f"'+{_FORMULA}")


def list_pieces(form: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file's bytes. `form` is one of CONTENT_TYPES; each row has a value for every column, None for nothing.

    No more than a piece is held, so a list may have any number of rows.
    """
    return _csv(columns, rows) if form == "csv" else _json(columns, rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([marked(value) if isinstance(value, str) else value for value in row])
        if buffer.tell() > _PIECE_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _json(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    pieces: list[str] = []
    held, separator = 0, "[\n"
    for row in rows:
        pieces.append(separator + json.dumps(dict(zip(columns, row, strict=True))))
        held, separator = held + len(pieces[-1]), ",\n"
        if held > _PIECE_CHARACTERS:
            yield "".join(pieces).encode()
            pieces, held = [], 0
    pieces.append("[]\n" if separator == "[\n" else "\n]\n")
    yield "".join(pieces).encode()


def marked(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if _NEEDS_MARK.match(cell) else cell


def unmarked(cell: str) -> str:
    """The cell without the apostrophe that `marked` put there."""
    return cell[1:] if _HAS_MARK.match(cell) else cell
