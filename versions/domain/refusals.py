"""What a caller may not do, as a value with a stable code and the facts behind it.

Answers (a detection, a resolution) are returned; refusals are raised. One handler turns a refusal into a problem
document, and pages show the same explanation. Prose lives in the `messages.py` of the domain that raises it.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Fault(NamedTuple):
    """One fault of a larger input: where it stands (`stacks[0].name`) and what is wrong there."""

    place: str
    problem: str


class Refusal(Exception):
    """A request that is turned down. `code` is stable and documented; `facts` fill the message's text."""

    def __init__(self, code: str, /, *, faults: tuple[Fault, ...] = (), **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = facts
        self.faults = faults

    def __str__(self) -> str:
        """The code with its facts, for logs; people read the message of the code instead."""
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({facts})" if facts else self.code
