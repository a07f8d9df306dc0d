"""JSON as lock files are read on the platform: by jq, whose habits decide outcomes and differ between its releases.

Where jq is laxer than the standard library it is followed: several documents in one file, numbers such as `03.12` or
`.5`, bytes that are no UTF-8, a byte order mark. Where it is stricter as well: lone surrogates, depth.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import accumulate

MAX_VALUES = 200_000  # a lock of five thousand packages has fewer; more would hold up everybody else's detection
MAX_DOCUMENTS = 100  # a lock is one; more are only counted to be refused as jq's output would be
MAX_LAX_CHARACTERS = 64 * 1024

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_STRING_OR_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[^\s\[\]{}:,"]+', re.DOTALL)
_TOKEN = re.compile(r'[^\s\[\]{}:,"]')
_NUMBER = re.compile(r"\+?(-?)0*([0-9]*)\.?([0-9]*)((?:[eE][+-]?[0-9]+)?)")
_NOT_FINITE = re.compile(r"[+-]?(?:inf(?:inity)?|nan)", re.IGNORECASE)
_LONE_FIRST_HALF = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_BRACKETS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONGEST_WHOLE_NUMBER = 300


@dataclass(frozen=True, slots=True)
class JsonDialect:
    """What differs between the jq releases on the stacks.

    `keeps_literals`: 3.10 stays 3.10 instead of becoming 3.1. `knows_nan`: nan in small letters is a number too.
    `max_depth`: nesting beyond it is refused.
    """

    keeps_literals: bool
    knows_nan: bool
    max_depth: int


JQ_1_6 = JsonDialect(keeps_literals=False, knows_nan=False, max_depth=256)
JQ_1_7 = JsonDialect(keeps_literals=True, knows_nan=True, max_depth=256)
# This jq nests 10,000 levels deep. The standard library cannot everywhere, and no lock nests more than five.
JQ_1_8 = JsonDialect(keeps_literals=True, knows_nan=True, max_depth=500)

# The first release of a base that brings a jq, newest first.
_JQ_OF_BASES = {"ubuntu": ((26, JQ_1_8), (24, JQ_1_7)), "debian": ((14, JQ_1_8), (13, JQ_1_7))}


class JsonFault(Exception):
    """The text is not JSON. The message says what is wrong and where."""


class JsonNumber(float):
    """A number that remembers how it was written."""

    literal: str

    def __new__(cls, literal: str) -> "JsonNumber":
        number = super().__new__(cls, literal)
        number.literal = literal
        return number


def dialect_of(base: str) -> JsonDialect:
    """How JSON is read on a stack with this base, such as `ubuntu-22.04`."""
    distribution, _, release = base.partition("-")
    major = release.partition(".")[0]
    number = int(major) if major.isdecimal() and len(major) < 5 else 0
    known = _JQ_OF_BASES.get(distribution, ())
    return next((dialect for oldest, dialect in known if number >= oldest), JQ_1_6)


def read_documents(contents: bytes, dialect: JsonDialect) -> list[object]:
    """Every JSON document in a file, one after another. Raises JsonFault."""
    text = _without_trailing_nul(contents).decode("utf-8", "replace").removeprefix("\ufeff")
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise JsonFault(f"more than {MAX_VALUES} values")
    escaped = text.replace("\\\\", "__")  # what is left of backslashes begins an escape
    _check_depth(escaped, dialect.max_depth)
    if _LONE_FIRST_HALF.search(escaped):
        raise JsonFault("half of a surrogate pair stands alone")
    try:
        return list(_decoded(text))
    except (json.JSONDecodeError, RecursionError) as error:
        return _decoded_laxly(text, dialect, error)


def scalar_text(value: object, dialect: JsonDialect) -> str:
    """A JSON value as jq prints it in raw mode: strings bare, everything else as JSON over several lines."""
    match value:
        case str():
            return _without_surrogates(value)
        case JsonNumber():
            return _number_text(value, dialect)
        case _:
            return _without_surrogates(json.dumps(value, indent=2, ensure_ascii=False))


def _number_text(number: JsonNumber, dialect: JsonDialect) -> str:
    if number != number:
        return "null"
    if dialect.keeps_literals:
        try:
            return str(Decimal(number.literal))
        except InvalidOperation:
            return number.literal  # an exponent beyond all bounds: no version either way
    return str(int(number)) if number.is_integer() and abs(number) < 1e17 else repr(float(number))


def _decoded(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(parse_float=JsonNumber, parse_int=_whole_number, parse_constant=JsonNumber)
    position = _past_whitespace(text, 0)
    for _ in range(MAX_DOCUMENTS):
        if position == len(text):
            return
        document, position = decoder.raw_decode(text, position)
        if not isinstance(document, str | list | dict) and _TOKEN.match(text, position):
            raise json.JSONDecodeError("Invalid token", text, position)
        yield document
        position = _past_whitespace(text, position)
    if position < len(text):
        raise JsonFault(f"more than {MAX_DOCUMENTS} documents")


def _decoded_laxly(text: str, dialect: JsonDialect, error: Exception) -> list[object]:
    """The documents after rewriting numbers that only jq accepts. Raises JsonFault when it is no JSON even so."""
    if len(text) <= MAX_LAX_CHARACTERS:
        try:
            return list(_decoded(_STRING_OR_TOKEN.sub(lambda token: _plain_token(token.group(), dialect), text)))
        except (json.JSONDecodeError, RecursionError) as repeated:
            error = repeated
    raise JsonFault(
        f"line {error.lineno}, column {error.colno}: {error.msg}"
        if isinstance(error, json.JSONDecodeError)
        else "nested too deeply"
    )


def _plain_token(word: str, dialect: JsonDialect) -> str:
    """A number as the standard library writes it; any other token, and every string, as it is."""
    if _NOT_FINITE.fullmatch(word):
        if "nan" in word.lower():
            return word if word == "nan" and not dialect.knows_nan else "NaN"
        return "-Infinity" if word.startswith("-") else "Infinity"
    number = _NUMBER.fullmatch(word)
    if number is None or not any(character.isdigit() for character in word.lower().partition("e")[0]):
        return word
    sign, whole, fraction, exponent = number.groups()
    return f"{sign}{whole or '0'}{'.' + fraction if fraction else ''}{exponent}"


def _whole_number(digits: str) -> int | JsonNumber:
    return int(digits) if len(digits) <= _LONGEST_WHOLE_NUMBER else JsonNumber(digits)


def _past_whitespace(text: str, position: int) -> int:
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position


def _without_trailing_nul(contents: bytes) -> bytes:
    """What is read of a last line without a line feed ends at its first NUL, as it does in C."""
    start = contents.rfind(b"\n") + 1
    end = contents.find(b"\0", start)
    return contents if end == -1 else contents[:end]


def _check_depth(escaped: str, max_depth: int) -> None:
    if escaped.count("[") + escaped.count("{") <= max_depth:
        return
    outside_strings = "".join(escaped.replace('\\"', "").split('"')[::2])
    brackets = outside_strings.encode("utf-8", "replace").translate(_BRACKETS, _NOT_BRACKETS)
    if max(accumulate(memoryview(brackets).cast("b")), default=0) > max_depth:
        raise JsonFault(f"nested more than {max_depth} levels deep")


def _without_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
