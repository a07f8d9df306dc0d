"""Two builds side by side: what differs, and where their logs part."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from builds.domain.ansi import visible_text
from builds.domain.fingerprints import normalised_line

# Versions explain why logs part, so they are kept where the fingerprint of a failure leaves them out.
_VERSION = re.compile(r"(?<![:\d])\d+(?:\.\d+)+(?!\s?(?:ms|s|sec|seconds|m|min|minutes|[kMG]i?B|bytes)\b)(?![\d:.])")
_DURATION = re.compile(r"\b\d+(?:\.\d+)?\s?(?:m|min)\b")


class Change(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing by name in the older and the newer build; empty where a build does not have it."""

    name: str
    before: str
    after: str

    @property
    def change(self) -> Change:
        if self.before == self.after:
            return Change.SAME
        if not self.before:
            return Change.ADDED
        return Change.CHANGED if self.after else Change.GONE


@dataclass(frozen=True, slots=True)
class Parting:
    """The first line that differs, by its number in each log from 1; a text is None where that log has ended."""

    number: int
    before: str | None
    after: str | None


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """Every name of either, those that differ alone, by name."""
    names = sorted({*before, *after})
    found = (Difference(name, before.get(name, ""), after.get(name, "")) for name in names)
    return [difference for difference in found if difference.change is not Change.SAME]


def first_parting(before: Iterable[bytes], after: Iterable[bytes]) -> Parting | None:
    """Where two logs part once instants, hashes, paths, versions of neither matter; None when they read alike.

    Takes their lines, which may be endless, and reads no further than it has to.
    """
    pairs = zip_longest(before, after)
    for number, (old, new) in enumerate(pairs, start=1):
        if old == new:
            continue
        if old is None or new is None or comparable_line(old) != comparable_line(new):
            return Parting(number, _text(old), _text(new))
    return None


def comparable_line(line: bytes) -> str:
    """The line as far as it can be expected to come out the same twice; versions are kept, since they explain."""
    text = line[:4096].decode("utf-8", "replace").split("\r")[-1]
    kept = _VERSION.sub(lambda match: match[0].replace(".", "_"), text)
    return _DURATION.sub("<amount>", normalised_line(kept))


def _text(line: bytes | None) -> str | None:
    """The line as a page can show it."""
    return None if line is None else visible_text(line[:2000].decode("utf-8", "replace"))


def package_versions(report: object) -> dict[str, str] | None:
    """Installed packages by name, from a build's report: `{"packages": {"flask": "3.0.1"}}`. None: not recorded."""
    packages = report.get("packages") if isinstance(report, dict) else None
    if not isinstance(packages, dict):
        return None
    return {str(name)[:200]: str(version)[:200] for name, version in list(packages.items())[:5000]}


def variable_names(report: object) -> dict[str, str] | None:
    """Names of the app's configuration variables, from a build's report, never values. None: not recorded."""
    names = report.get("variables") if isinstance(report, dict) else None
    if not isinstance(names, list):
        return None
    return {str(name)[:200]: "set" for name in names[:5000]}
