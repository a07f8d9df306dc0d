"""What is asked for: a series (`3.12`), an exact release (`3.12.3`), or nothing at all."""

import re
from typing import NamedTuple, Self

from versions.domain.version import Series, Version

ORIGIN_CACHED = "cached"
ORIGIN_DEFAULT = "default"

_INTEGER = r"(?:0|[1-9][0-9]*)"
_SERIES_OR_RELEASE = re.compile(rf"({_INTEGER})\.({_INTEGER})(?:\.({_INTEGER}))?")
_LONGEST_TEXT = 1_000
_LARGEST_DIGITS = 6  # no table holds a longer number, so a longer one only has to compare as larger than all of them


class Request(NamedTuple):
    """A wanted version and where it was found: a file's name, `cached`, `default`, or whatever the caller says."""

    version: str
    origin: str


class Wanted(NamedTuple):
    """The version of a request, taken apart. `patch` is None when any release of the series will do."""

    series: Series
    patch: int | None
    series_text: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Takes `X.Y` or `X.Y.Z` apart, also with longer numbers than tables have; None for anything else.

        Numbers of more than six digits all become 1,000,000: larger than any that a table can hold.
        """
        match = _SERIES_OR_RELEASE.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
        if match is None:
            return None
        major, minor, patch = match.groups()
        return cls(Series(_number(major), _number(minor)), _number(patch) if patch else None, f"{major}.{minor}")

    @property
    def release(self) -> Version | None:
        """The exact release asked for, if one is."""
        return None if self.patch is None else Version(*self.series, self.patch)


def is_series_or_release(text: str) -> bool:
    """Whether `Wanted.parse` would take it apart. Far quicker, for those who have many to look at."""
    return len(text) <= _LONGEST_TEXT and _SERIES_OR_RELEASE.fullmatch(text) is not None


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LARGEST_DIGITS else 10**_LARGEST_DIGITS


def sticky_release(previous: str | None) -> str | None:
    """The release of an app's last build, or None when the text is none (`X.Y.Z`)."""
    wanted = Wanted.parse(previous) if previous else None
    return previous if wanted and wanted.patch is not None else None
