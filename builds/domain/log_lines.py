"""What a build printed, as numbered lines fit for a page. The stored bytes are never changed, only read."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from builds.domain.ansi import Span, spans, visible_text

MAX_LINE_BYTES = 8 * 1024  # of a line on a page; the rest of it is in the download
_ERROR = re.compile(
    r"\s*(?:!\s+\S|\[?error\b|fatal:|traceback \(most recent call last\)|[\w.]*(?:Error|Exception)(?::|\Z))",
    re.IGNORECASE,
)
# A line that reads like an error holds one of these; looking for them is far cheaper than reading every line.
_ERROR_HINTS = (b"error", b"exception", b"fatal:", b"traceback", b"!")
MAX_CANDIDATES = 2_000  # lines of one row that are read for errors; a row of "!" alone must not hold up an append
_WARNING = re.compile(r"\s*\[?(?:warning\b|deprecat)|\s*[\w./-]+:\d+: \w*warning:|\s*\w*warning:", re.IGNORECASE)


class LineKind(StrEnum):
    PLAIN = ""
    WARNING = "warning"
    ERROR = "error"


class LogLine(NamedTuple):
    """One line. `number` counts through the build, from 1; `is_cut` when more of it is stored than is shown."""

    number: int
    spans: tuple[Span, ...]
    kind: LineKind
    is_cut: bool


def log_lines(data: bytes, *, first_number: int, is_first_cut: bool = False) -> Iterator[LogLine]:
    """The lines of `data`, the first of which has `first_number`.

    A last line without its newline is a line; nothing after the last newline is none. `is_first_cut` says that
    `data` begins within a line.
    """
    pieces = data.split(b"\n")
    if not pieces[-1]:
        pieces.pop()
    for index, piece in enumerate(pieces):
        yield log_line(piece, number=first_number + index, is_cut=is_first_cut and index == 0)


def log_line(line: bytes, *, number: int, is_cut: bool = False) -> LogLine:
    """One line as a terminal would leave it: of what was printed over itself the last that shows anything."""
    text = line[:MAX_LINE_BYTES].decode("utf-8", "replace")
    if "\r" in text:
        text = _last_segment(text)
    parts = spans(text)
    kind = _kind(text if text.isprintable() else "".join([part.text for part in parts]))
    return LogLine(number, parts, kind, is_cut or len(line) > MAX_LINE_BYTES)


def error_line_indexes(data: bytes, *, before: bytes = b"") -> list[int]:
    """Which of the lines that end in `data` read like errors, counted from 0 by their newlines.

    `before` is the beginning of the line that `data` continues. A last line without its newline has not ended.
    """
    text = before + data
    last = text.rfind(b"\n") + 1
    starts = sorted(_candidate_starts(text[:last]))[:MAX_CANDIDATES]
    found, position, index = [], len(before), 0
    for start in starts:
        index += text.count(b"\n", position, max(start, position))
        position = max(start, position)
        if log_line(text[start : text.index(b"\n", start)], number=0).kind is LineKind.ERROR:
            found.append(index)
    return found


def _candidate_starts(text: bytes) -> set[int]:
    """Where the lines begin that hold a hint, for each hint no more of them than are read."""
    lowered = text.lower()
    starts: set[int] = set()
    for hint in _ERROR_HINTS:
        position = lowered.find(hint)
        limit = len(starts) + MAX_CANDIDATES
        while position >= 0 and len(starts) < limit:
            starts.add(lowered.rfind(b"\n", 0, position) + 1)
            position = lowered.find(hint, lowered.find(b"\n", position))
    return starts


def _last_segment(text: str) -> str:
    """After a carriage return a terminal writes from the left again: progress bars show their last state."""
    segments = text.split("\r")
    for segment in reversed(segments):
        if visible_text(segment).strip():
            return segment
    return segments[-1]


def _kind(text: str) -> LineKind:
    if _ERROR.match(text):
        return LineKind.ERROR
    return LineKind.WARNING if _WARNING.match(text) else LineKind.PLAIN
