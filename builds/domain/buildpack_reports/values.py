"""Values out of a report that may be anything: keys are missing, numbers are texts, texts are hostile.

A value that cannot be what its key promises counts as missing; the report itself is kept beside what was read of it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from builds.domain.storable import JsonValue, storable_text

MAX_TEXT_CHARACTERS = 200  # what `bin/report` itself cuts its values to
MAX_KEPT_CHARACTERS = 2_000
MAX_KEPT_KEYS = 500
LONGEST_SECONDS = 7 * 24 * 3600.0  # no build takes a week
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class Values:
    """A report by key. Every reader answers None for what is missing or impossible."""

    document: Mapping[str, JsonValue] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """A scalar as text; JSON's true is `true`, as shells write it."""
        value = self.document.get(key)
        if value is None or isinstance(value, list | dict):
            return None
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return storable_text(written.strip())[:MAX_TEXT_CHARACTERS] or None

    def flag(self, key: str) -> bool | None:
        written = (self.text(key) or "").lower()
        return True if written in _TRUE else False if written in _FALSE else None

    def seconds(self, key: str) -> float | None:
        """A duration, written as a number or as the text of one."""
        value = self.document.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            seconds = float(value)
        except (ValueError, OverflowError):
            return None
        return seconds if math.isfinite(seconds) and 0 <= seconds <= LONGEST_SECONDS else None


def kept_report(report: JsonValue) -> dict[str, JsonValue]:
    """What is stored of a report: its keys, with long texts cut and nested values left out."""
    if not isinstance(report, dict):
        return {}
    return {
        storable_text(key)[:MAX_TEXT_CHARACTERS]: _kept(value)
        for key, value in list(report.items())[:MAX_KEPT_KEYS]
        if not isinstance(value, list | dict)
    }


def _kept(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return storable_text(value)[:MAX_KEPT_CHARACTERS] if isinstance(value, str) else value
