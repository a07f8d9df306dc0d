"""Python series (`3.12`) and releases (`3.12.3`) as ordered values. Sort by these, never by text."""

import re
from typing import NamedTuple, Self

# ASCII digits without leading zeros, at most six of them: every part fits the database's integers.
_NUMBER = r"(0|[1-9][0-9]{0,5})"
_SERIES = re.compile(rf"{_NUMBER}\.{_NUMBER}")
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}")


class Series(NamedTuple):
    """A Python feature series such as 3.12. Orders by number."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The series written as `X.Y`, or None when the text is anything else."""
        match = _SERIES.fullmatch(text)
        return cls(*(int(part) for part in match.groups())) if match else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class Version(NamedTuple):
    """A Python release such as 3.12.3. Orders by number. Pre-releases are never published, so they don't parse."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The release written as `X.Y.Z`, or None when the text is anything else."""
        match = _VERSION.fullmatch(text)
        return cls(*(int(part) for part in match.groups())) if match else None

    @property
    def series(self) -> Series:
        return Series(self.major, self.minor)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
