"""JSON values as jq prints them in raw mode, which is what a version is compared and quoted as."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from builds.domain.sources.json_dialects import JsonDialect, JsonNumber

MAX_PRINTED_CHARACTERS = 400  # of a list or an object; no version is one, so only its beginning is ever quoted
_MAX_PADDING = 15  # zeros that a double is padded with before it is written with an exponent
_MAX_EXPONENT = 999_999_999  # of a number that is kept as it was written
_MIN_POINT = -4  # a double below 0.0001 is written with an exponent


def raw_text(value: object, dialect: JsonDialect) -> str:
    """A value as jq prints it in raw mode: strings bare, lists and objects as JSON over several lines, cut short."""
    if isinstance(value, str) and not isinstance(value, JsonNumber):
        return _without_surrogates(value)
    text = ""
    for piece in _pieces(value, dialect, "\n"):
        text += piece
        if len(text) >= MAX_PRINTED_CHARACTERS:
            break
    return text


def _pieces(value: object, dialect: JsonDialect, line: str) -> Iterator[str]:
    """The JSON of a value piece by piece. `line` begins a new line at the depth of the value."""
    match value:
        case dict() if value:
            for index, (key, item) in enumerate(value.items()):
                yield f"{',' if index else '{'}{line}  {_quoted(key)}: "
                yield from _pieces(item, dialect, line + "  ")
            yield line + "}"
        case list() if value:
            for index, item in enumerate(value):
                yield f"{',' if index else '['}{line}  "
                yield from _pieces(item, dialect, line + "  ")
            yield line + "]"
        case JsonNumber():
            yield _number_text(value, dialect)
        case str():
            yield _quoted(value)
        case _:
            yield json.dumps(value)


def _number_text(number: JsonNumber, dialect: JsonDialect) -> str:
    if number == "NaN":
        return "null"
    exact = _exact(number) if dialect.keeps_literals else None
    return _double_text(float(number)) if exact is None else str(exact)


def _exact(literal: str) -> Decimal | None:
    """The number as it was written; None when it is infinite, or its exponent is beyond what jq keeps."""
    try:
        exact = Decimal(literal)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() and abs(exact.adjusted()) <= _MAX_EXPONENT else None


def _double_text(number: float) -> str:
    """A double in the fewest digits that tell it apart. What is infinite is printed as the largest one."""
    largest = sys.float_info.max
    shortest = Decimal(repr(max(-largest, min(number, largest)))).normalize()
    sign, digits, exponent = shortest.as_tuple()
    point = len(digits) + int(exponent)
    if _MIN_POINT < point <= len(digits) + _MAX_PADDING:
        return format(shortest, "f")
    first, *rest = map(str, digits)
    return f"{'-' * sign}{first}{'.' if rest else ''}{''.join(rest)}e{point - 1:+03d}"


def _quoted(text: str) -> str:
    return json.dumps(_without_surrogates(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
