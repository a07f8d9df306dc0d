"""The jq releases of the stacks: what they read as JSON, and how a number in it is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonDialect:
    """What differs between the jq releases on the stacks.

    `keeps_literals`: 3.10 stays 3.10 instead of becoming 3.1. `knows_nan`: nan in small letters is a number too.
    `knows_nan_payload`: NaN may be followed by digits. `max_depth`: nesting beyond it is refused.
    """

    keeps_literals: bool
    knows_nan: bool
    knows_nan_payload: bool
    max_depth: int


JQ_1_6 = JsonDialect(keeps_literals=False, knows_nan=False, knows_nan_payload=False, max_depth=256)
JQ_1_7 = JsonDialect(keeps_literals=True, knows_nan=True, knows_nan_payload=True, max_depth=256)
# This jq nests 10,000 levels deep. The standard library cannot everywhere, and no lock nests more than five.
JQ_1_8 = JsonDialect(keeps_literals=True, knows_nan=True, knows_nan_payload=False, max_depth=500)

# The first release of a base that brings a jq, newest first.
_JQ_OF_BASES = {"ubuntu": ((26, JQ_1_8), (24, JQ_1_7)), "debian": ((14, JQ_1_8), (13, JQ_1_7))}


class JsonNumber(str):
    """A number as it was written. Most are never looked at, so none is computed before somebody asks."""

    __slots__ = ()  # without attributes it is nothing that garbage collection has to walk through


def dialect_of(base: str) -> JsonDialect:
    """How JSON is read on a stack with this base, such as `ubuntu-22.04`."""
    distribution, _, release = base.partition("-")
    major = release.partition(".")[0]
    number = int(major) if major.isdecimal() and len(major) < 5 else 0
    known = _JQ_OF_BASES.get(distribution, ())
    return next((dialect for oldest, dialect in known if number >= oldest), JQ_1_6)
