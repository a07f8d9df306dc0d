"""When two failures are the same one: the same code, and the same words once what differs by accident is taken out."""

import hashlib
import re

from builds.domain.ansi import visible_text
from builds.domain.log_lines import LineKind, log_lines

MAX_LINE_CHARACTERS = 500
LOG_END_BYTES = 64 * 1024  # where the line that tells a failure is looked for
# In this order: what an earlier pattern replaces, a later one does not see.
_ACCIDENTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?", "<time>"),
        (r"\b\d{2}:\d{2}:\d{2}(?:[.,]\d+)?\b", "<time>"),
        (r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", "<url>"),
        (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "<id>"),
        (r"\b0x[0-9a-fA-F]+\b", "<address>"),
        (r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b", "<hash>"),
        (r"(?<![\w/.<])(?:\.{1,2})?/[^\s:'\"(),<>]+", "<path>"),
        (r"\b\d+(?:\.\d+)+(?:(?:a|b|rc|\.post|\.dev)\d+)*\b", "<version>"),
        (r"\b\d+(?:\.\d+)?\s?(?:ms|s|seconds?|minutes?|[kMG]i?B|bytes)\b", "<amount>"),
        (r"\b\d+\b", "<n>"),
    )
)


def normalised_line(line: str) -> str:
    """The line without colours, instants, hashes, paths, versions and numbers; at most 500 characters."""
    text = visible_text(line[: 8 * MAX_LINE_CHARACTERS])
    for pattern, replacement in _ACCIDENTS:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())[:MAX_LINE_CHARACTERS]


def error_line(log_end: bytes) -> str:
    """The last line of a log's end that reads like an error, as it was printed; empty where none does."""
    found = ""
    for line in log_lines(log_end[-LOG_END_BYTES:], first_number=1):
        if line.kind is LineKind.ERROR:
            found = "".join(span.text for span in line.spans)
    return found.strip()[:MAX_LINE_CHARACTERS]


def fingerprint(code: str, line: str) -> str:
    """64 hex digits that stay the same for the same code and normalised line."""
    return hashlib.sha256(f"{code}\n{line}".encode("utf-8", "backslashreplace")).hexdigest()
