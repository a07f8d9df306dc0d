"""JSON as RFC 8259 has it: UTF-8, no NaN, no name twice in an object. Python's reader forgives all three."""

import json
from typing import Never

MAX_BRACES = 200_000  # those inside of texts, too; each object costs time, and the largest honest ones have far fewer
MAX_ESCAPES = 1_500_000  # backslashes; reading an escape takes as long as dozens of plain characters


def read_json(raw: bytes) -> object:
    """The value. Raises ValueError with one sentence about what is wrong and where."""
    if raw.count(b"{") > MAX_BRACES:
        raise ValueError(f"it has more than {MAX_BRACES} braces")
    if raw.count(b"\\") > MAX_ESCAPES:
        raise ValueError(f"it has more than {MAX_ESCAPES} backslashes")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique_names)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON number")


def _unique_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("an object holds the same name twice")
    return values
