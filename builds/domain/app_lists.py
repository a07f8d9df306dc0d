"""Lists of apps as CSV: read line by line, every fault with its line number, and written so that no cell is a formula.

Nothing here holds more than one line and the names seen so far, so a list may have any number of lines.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from builds.domain.app_entries import NAME_PROBLEM, AppEntry, entry_faults, is_app_name
from versions.domain.written_lists import marked, unmarked

COLUMNS = ("name", "owner", "contact", "url", "active")
# Written for readers and passed over when the list comes back: they follow from builds, not from the registry.
FOLLOWING_COLUMNS = ("python", "stack", "latest_build")
MAX_LINE_CHARACTERS = 64 * 1024
DELIMITERS = ",;\t"

_TRUE = frozenset({"true", "yes", "1", "active"})
_FALSE = frozenset({"false", "no", "0", "dormant"})


class AppLine(NamedTuple):
    """One app of a list. None stands for a column that the list doesn't have: what is registered stays."""

    line: int
    name: str
    owner: str | None
    contact: str | None
    url: str | None
    is_active: bool | None

    def entry(self, before: AppEntry | None) -> AppEntry:
        """The entry that the line asks for, given the one there is."""
        known = before or AppEntry("", "", "", is_active=True)
        return AppEntry(
            known.owner if self.owner is None else self.owner,
            known.contact if self.contact is None else self.contact,
            known.url if self.url is None else self.url,
            known.is_active if self.is_active is None else self.is_active,
        )


class LineFault(NamedTuple):
    """Why a line can't be taken; lines are counted from 1, the header's."""

    line: int
    problem: str


def read_app_list(stream: BinaryIO) -> Iterator[AppLine | LineFault]:
    """The list's lines as they come. A fault of the header, or of the file's form, is the last thing that is told."""
    lines = _Lines(stream)
    try:
        first = lines.first()
        rows = csv.reader(lines, delimiter=_delimiter(first), strict=True)
        columns = [cell.strip().lower() for cell in next(rows, [])]
        problem = _header_problem(columns)
        if problem:
            yield LineFault(1, problem)
        else:
            yield from _app_lines(rows, columns)
    except csv.Error as error:
        yield LineFault(lines.number, f"can't be read as CSV: {error}")
    except _TooLongError:
        yield LineFault(lines.number, f"is longer than {MAX_LINE_CHARACTERS} bytes")


def written_rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """CSV text, one line at a time; `rows` come without the header."""
    line = _Line()
    writer = csv.writer(line, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *FOLLOWING_COLUMNS))
    yield line.text
    for cells in rows:
        writer.writerow([marked(cell) for cell in cells])
        yield line.text


class _TooLongError(Exception):
    """A line that never ends."""


class _Lines:
    """The stream's lines as text, counted. Bytes that are not UTF-8 become surrogates, which no entry may hold."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._first: str | None = None
        self.number = 0

    def first(self) -> str:
        self._first = self._read().removeprefix("\ufeff")
        return self._first

    def __iter__(self) -> Iterator[str]:
        number = 0
        while text := self._read() if self._first is None else self._first:
            self._first = None
            number += 1
            self.number = number
            yield text

    def _read(self) -> str:
        raw = self._stream.readline(MAX_LINE_CHARACTERS + 1)
        if len(raw) > MAX_LINE_CHARACTERS:
            self.number += 1
            raise _TooLongError
        return raw.decode("utf-8", errors="surrogateescape")


class _Line:
    """What csv.writer writes to."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def _delimiter(header: str) -> str:
    """The separator that the header uses; spreadsheets of many countries write semicolons."""
    return max(DELIMITERS, key=header.count)


def _header_problem(columns: list[str]) -> str:
    known = {*COLUMNS, *FOLLOWING_COLUMNS}
    unknown = [column for column in columns if column not in known]
    if "name" not in columns:
        return f"expected a header with the column name, and any of {', '.join(COLUMNS[1:])}"
    if unknown:
        return f"the header has a column that is not known: {_quoted(unknown[0])}; known are {', '.join(COLUMNS)}"
    twice = [column for column in COLUMNS if columns.count(column) > 1]
    return f"the header has the column {twice[0]} twice" if twice else ""


def _app_lines(rows: Iterator[list[str]], columns: list[str]) -> Iterator[AppLine | LineFault]:
    seen: dict[str, int] = {}
    # A cell in quotes may run over several lines; the row is named by the line that it starts on.
    start = 2
    for cells in rows:
        number, start = start, rows.line_num + 1  # type: ignore[attr-defined] # typeshed calls csv.reader an iterator
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            yield LineFault(number, f"has {len(cells)} cells; the header has {len(columns)}")
            continue
        read = _app_line(number, dict(zip(columns, cells, strict=True)))
        if isinstance(read, AppLine):
            earlier = seen.setdefault(read.name, number)
            if earlier != number:
                read = LineFault(number, f"names {read.name} again, as line {earlier} did")
        yield read


def _app_line(number: int, cells: dict[str, str]) -> AppLine | LineFault:
    texts = {column: unmarked(cell.strip(" ")) for column, cell in cells.items() if column in COLUMNS}
    name = texts["name"]
    if not is_app_name(name):
        return LineFault(number, f"name {_quoted(name)}: {NAME_PROBLEM}")
    active = texts.get("active", "").lower()
    if active and active not in _TRUE | _FALSE:
        return LineFault(number, f"active {_quoted(active)}: expected true or false")
    is_active = active in _TRUE if active else None
    line = AppLine(number, name, texts.get("owner"), texts.get("contact"), texts.get("url"), is_active)
    faults = entry_faults(line.entry(None))
    return LineFault(number, f"{faults[0].place} {faults[0].problem}") if faults else line


def _quoted(text: str) -> str:
    """Strangers' text as a fault may carry it: short, in quotes, every odd character escaped."""
    return ascii(text[:40]) + ("…" if len(text) > 40 else "")
