"""JSON as lock files are read on the platform: by jq, whose habits decide outcomes and differ between its releases.

Where jq is laxer than the standard library it is followed: several documents in one file, numbers such as `03.12` or
`.5`, bytes that are no UTF-8, a byte order mark. Where it is stricter as well: lone surrogates, depth.
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import accumulate

from builds.domain.sources.json_dialects import JsonDialect, JsonNumber

MAX_VALUES = 40_000  # the largest lock that is read has fewer; more would hold up everybody else's detection
MAX_ESCAPES = 100_000  # what Pipenv writes has next to none, and reading one takes as long as dozens of characters
MAX_DOCUMENTS = 100  # a lock is one; more are only counted to be refused as jq's output would be
MAX_LAX_CHARACTERS = 24 * 1024
MAX_STRAY_BYTES = 10_000  # beyond ASCII, in what is no UTF-8: a lock in Latin-1 has a handful

_WHITESPACE = re.compile(r"[ \t\n\r]*")
_STRING_OR_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[^\s\[\]{}:,"]+', re.DOTALL)
_TOKEN = re.compile(r'[^\s\[\]{}:,"]')
_NUMBER = re.compile(r"\+?(-?)0*([0-9]*)\.?([0-9]*)((?:[eE][+-]?[0-9]+)?)")
_NOT_FINITE = re.compile(r"[+-]?(?:inf(?:inity)?|s?nan([0-9]*))", re.IGNORECASE)
_LONE_FIRST_HALF = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_BRACKETS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_ASCII = bytes(range(128))
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class JsonFault(Exception):
    """The text is not JSON. The message says what is wrong and where."""


def read_documents(contents: bytes, dialect: JsonDialect) -> list[object]:
    """Every JSON document in a file, one after another. Raises JsonFault."""
    if contents and codecs.BOM_UTF8.startswith(contents):
        return []  # a byte order mark, or its beginning, is waited for to end and then is nothing
    text = _text_of(_without_trailing_nul(contents)).removeprefix("\ufeff")
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise JsonFault(f"more than {MAX_VALUES} values")
    if text.count("\\") > MAX_ESCAPES:
        raise JsonFault(f"more than {MAX_ESCAPES} backslashes")
    escaped = text.replace("\\\\", "__")  # what is left of backslashes begins an escape
    _check_depth(escaped, dialect.max_depth)
    if _LONE_FIRST_HALF.search(escaped):
        raise JsonFault("half of a surrogate pair stands alone")
    try:
        return list(_decoded(text))
    except (json.JSONDecodeError, RecursionError) as error:
        return _decoded_laxly(text, dialect, error)


def _decoded(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder(parse_float=JsonNumber, parse_int=JsonNumber, parse_constant=JsonNumber)
    position = _past_whitespace(text, 0)
    for _ in range(MAX_DOCUMENTS):
        if position == len(text):
            return
        document, position = decoder.raw_decode(text, position)
        if (isinstance(document, JsonNumber) or not isinstance(document, str | list | dict)) and _TOKEN.match(
            text, position
        ):
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
    not_finite = _NOT_FINITE.fullmatch(word)
    if not_finite:
        if "nan" in word.lower():
            return "NaN" if _is_nan(word, not_finite[1], dialect) else word
        return "-Infinity" if word.startswith("-") else "Infinity"
    number = _NUMBER.fullmatch(word)
    if number is None or not any(character.isdigit() for character in word.lower().partition("e")[0]):
        return word
    sign, whole, fraction, exponent = number.groups()
    return f"{sign}{whole or '0'}{'.' + fraction if fraction else ''}{exponent}"


def _is_nan(word: str, payload: str, dialect: JsonDialect) -> bool:
    """Whether a word that looks like one is the number that is none. jq keeps words in small letters for itself."""
    if not dialect.knows_nan:
        return word[0] != "n" and word[-3:].lower() == "nan" and not word.lower().endswith("snan")
    return dialect.knows_nan_payload or not payload.strip("0")


def _past_whitespace(text: str, position: int) -> int:
    match = _WHITESPACE.match(text, position)
    return match.end() if match else position


def _without_trailing_nul(contents: bytes) -> bytes:
    """What is read of a last line without a line feed ends at its first NUL, as it does in C."""
    start = contents.rfind(b"\n") + 1
    end = contents.find(b"\0", start)
    return contents if end == -1 else contents[:end]


def _text_of(contents: bytes) -> str:
    """The text, what is no UTF-8 replaced. Raises JsonFault for what hardly is any text."""
    try:
        return contents.decode("utf-8")
    except UnicodeDecodeError:
        if len(contents.translate(None, _ASCII)) > MAX_STRAY_BYTES:
            raise JsonFault("it is not UTF-8") from None
        return contents.decode("utf-8", "replace")


def _check_depth(escaped: str, max_depth: int) -> None:
    if escaped.count("[") + escaped.count("{") <= max_depth:
        return
    outside_strings = "".join(escaped.replace('\\"', "").split('"')[::2])
    brackets = outside_strings.encode("utf-8", "replace").translate(_BRACKETS, _NOT_BRACKETS)
    if max(accumulate(memoryview(brackets).cast("b")), default=0) > max_depth:
        raise JsonFault(f"nested more than {max_depth} levels deep")
