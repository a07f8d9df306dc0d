"""Canonical JSON (RFC 8785) and the digest of a table document.

The digest is taken over a document as it was received, unknown fields included, so that a reader who knows fewer fields
than the writer still finds the same one. The standard library's encoder does all but two things of the RFC: names are
ordered by UTF-16 code units, and numbers are written as ECMAScript does.
"""

import hashlib
import json
import math
from collections.abc import Iterator


def canonical_json(value: object) -> bytes:
    """The RFC 8785 form of a JSON value, as UTF-8.

    Raises ValueError for what has no canonical form: NaN, infinities, lone surrogates, integers beyond 2**53 and
    anything that isn't JSON.
    """
    return "".join(_pieces(value)).encode("utf-8")


def digest(document: object) -> str:
    """`sha256:` and the hexadecimal SHA-256 of the document's canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical_json(document)).hexdigest()


def _pieces(value: object) -> Iterator[str]:
    match value:
        case None | bool() | str():
            yield json.dumps(value, ensure_ascii=False)
        case int():
            if abs(value) >= 2**53:
                raise ValueError(f"{value} is too large for a JSON number")
            yield str(value)
        case float():
            yield _number(value)
        case list() | tuple():
            yield "["
            for index, item in enumerate(value):
                yield "," if index else ""
                yield from _pieces(item)
            yield "]"
        case dict():
            yield "{"
            for index, name in enumerate(sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))):
                yield f"{',' if index else ''}{json.dumps(name, ensure_ascii=False)}:"
                yield from _pieces(value[name])
            yield "}"
        case _:
            raise ValueError(f"{type(value).__name__} is not JSON")


def _number(value: float) -> str:
    """A float as ECMAScript's Number.prototype.toString writes it: same digits as repr, other exponent limits."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is not JSON")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"
