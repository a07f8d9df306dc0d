"""Reads fields of a JSON object strictly, collecting every fault with its place instead of stopping at the first.

A wrong field yields a harmless stand-in of the right type, so that reading goes on; whoever started the reading looks
at `faults` at the end and discards everything when there are any.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date
from enum import StrEnum
from typing import TypeVar

from versions.domain.refusals import Fault

MAX_FAULTS = 50  # an answer stays readable; a file with more is wrong as a whole
_MISSING = object()
_Choice = TypeVar("_Choice", bound=StrEnum)


class FieldReader:
    """One JSON object under examination, at `place` in the document. Children share the list of faults."""

    def __init__(
        self, value: object, place: str = "", faults: list[Fault] | None = None, *, ignores_unknown: bool = False
    ) -> None:
        self.place = place
        self.ignores_unknown = ignores_unknown
        self.faults: list[Fault] = [] if faults is None else faults
        self._fields: dict[str, object] = {}
        if isinstance(value, dict):
            self._fields = value
        else:
            self._add(place or "document", f"expected an object, found {_kind(value)}")

    def fault(self, name: str, problem: str) -> None:
        """Records what is wrong with the field `name`."""
        self._add(self._at(name), problem)

    def known(self, *names: str) -> None:
        """Refuses every field but these, unless unknown ones are to be ignored."""
        for name in self._fields:
            if name not in names and not self.ignores_unknown:
                self.fault(str(name)[:60], "is not a field of the table document")

    def text(self, name: str, *, optional: bool = False, pattern: str | None = None) -> str:
        """A string that PostgreSQL and JSON can carry; empty when it is absent, null or wrong."""
        value = self._value(name, optional=optional)
        if value is _MISSING or value is None:
            return ""
        if not isinstance(value, str):
            self.fault(name, f"expected text, found {_kind(value)}")
        elif "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            self.fault(name, "holds a character that cannot be stored")
        elif pattern and not re.fullmatch(pattern, value):
            self.fault(name, f"{value[:80]!r} is not of the form {pattern}")
        elif not value and not optional:
            self.fault(name, "is empty")
        else:
            return value
        return ""

    def texts(self, name: str, *, default: tuple[str, ...], pattern: str) -> list[str]:
        """A non-empty list of distinct strings of the form `pattern`."""
        value = self._fields.get(name, list(default))
        if not isinstance(value, list) or not value:
            self.fault(name, f"expected a list with at least one entry, found {_kind(value)}")
            return []
        wrong = [item for item in value if not isinstance(item, str) or not re.fullmatch(pattern, item)]
        for item in wrong:
            self.fault(name, f"{str(item)[:80]!r} is not of the form {pattern}")
        if not wrong and len(set(value)) < len(value):
            self.fault(name, "lists an entry twice")
        return [] if wrong else value

    def pairs(self, name: str, *, names: Collection[str], pattern: str) -> tuple[tuple[str, str], ...]:
        """An object from some of `names` to strings of the form `pattern`, as sorted pairs; absent is empty."""
        value = self._fields.get(name, {})
        inner = self._inner(value, name)
        inner.known(*names)
        present = [key for key in sorted(names) if isinstance(value, dict) and key in value]
        return tuple((key, inner.text(key, pattern=pattern)) for key in present)

    def integer(self, name: str, *, optional: bool = False) -> int | None:
        """A whole number from 0 to 2**53; None when absent, null or wrong."""
        value = self._value(name, optional=optional)
        if value is _MISSING or value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(name, f"expected a whole number, found {_kind(value)}")
        elif not 0 <= value < 2**53:
            self.fault(name, "is out of range")
        else:
            return value
        return None

    def boolean(self, name: str, *, default: bool) -> bool:
        value = self._fields.get(name, default)
        if isinstance(value, bool):
            return value
        self.fault(name, f"expected true or false, found {_kind(value)}")
        return default

    def choice(self, name: str, choices: type[_Choice], default: _Choice) -> _Choice:
        """A member of an enumeration, by its value."""
        value = self._fields.get(name, default)
        if isinstance(value, str) and value in {choice.value for choice in choices}:
            return choices(value)
        self.fault(name, f"{str(value)[:80]!r} is none of {', '.join(choices)}")
        return default

    def day(self, name: str) -> date | None:
        """A calendar day written as 2024-04-09; null and absent mean unknown."""
        written = self.text(name, optional=True)
        if not written:
            return None
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
                return date.fromisoformat(written)
        except ValueError:
            pass  # a day that no calendar has, such as February 30, is told like any other malformed one
        self.fault(name, f"{written[:80]!r} is not a day such as 2024-04-09")
        return None

    def items(self, name: str, *, optional: bool = False) -> Iterator["FieldReader"]:
        """The objects of a list, each with a reader of its own."""
        value = self._value(name, optional=optional)
        if value is _MISSING or (value is None and optional):
            return
        if not isinstance(value, list):
            self.fault(name, f"expected a list, found {_kind(value)}")
            return
        for index, item in enumerate(value):
            yield self._inner(item, f"{name}[{index}]")

    def _inner(self, value: object, name: str) -> "FieldReader":
        return FieldReader(value, self._at(name), self.faults, ignores_unknown=self.ignores_unknown)

    def _value(self, name: str, *, optional: bool) -> object:
        value = self._fields.get(name, _MISSING)
        if not optional and (value is _MISSING or value is None):
            self.fault(name, "is missing")
            return _MISSING
        return value

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name

    def _add(self, place: str, problem: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(place, problem))


def _kind(value: object) -> str:
    """What a JSON value is, in the words of someone who edits JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "an object"
        case _:
            return type(value).__name__
