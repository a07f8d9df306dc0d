"""Text and JSON from strangers in the form that JSON and PostgreSQL can carry.

Both refuse some of what a JSON parser lets through: NUL and lone surrogates in text, infinities among numbers. What was
sent stays readable: it is written out as an escape instead of being dropped.
"""

import math
import re

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# Python stands for byte 0xNN of undecodable text by this surrogate (PEP 383).
_ESCAPED_BYTES = range(0xDC80, 0xDD00)


def storable_text(text: str) -> str:
    r"""The text with NUL and undecodable bytes as `\xNN`, other lone surrogates as `\uNNNN`."""
    return _UNSTORABLE.sub(lambda match: _escape(ord(match.group())), text)


def storable_json(value: JsonValue) -> JsonValue:
    """The same document, names included, with every text storable and every number finite."""
    match value:
        case str():
            return storable_text(value)
        case list():
            return [storable_json(item) for item in value]
        case dict():
            return {storable_text(name): storable_json(item) for name, item in value.items()}
        case float() if not math.isfinite(value):
            return str(value)
        case _:
            return value


def _escape(code: int) -> str:
    if code in _ESCAPED_BYTES:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code == 0 else f"\\u{code:04x}"
