"""Advisories: a vulnerability, the releases that have it, and the release of each series that fixes it.

Releases are written as people write them in a form: `3.12` (the whole series), `3.12.3` (one release),
`3.12.0-3.12.3` and `3.12.2-` (a range, open at its end), `<3.12.4` and `<=3.12.3`. A release from the fixed one of its
series on is not affected, whatever a range says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from versions.domain.refusals import Fault
from versions.domain.version import Series, Version

IDENTIFIER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
MAX_TITLE_CHARACTERS = 200
MAX_TEXT_CHARACTERS = 20_000
MAX_URL_CHARACTERS = 2_000
MAX_ENTRIES = 200
_ADDRESS = re.compile(r"https?://[^\s/][^\s]*")
_KNOWN_ENTRIES = 4096
_ENTRY_PROBLEM = "write a series (3.12), a release (3.12.3), a range (3.12.0-3.12.3, 3.12.2-) or <3.12.4"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class AffectedRange:
    """Releases of one series from patch `first` to `last`, both included; `last` None: to the end of the series."""

    series: Series
    first: int = 0
    last: int | None = None

    def __contains__(self, version: Version) -> bool:
        is_before_end = self.last is None or version.patch <= self.last
        return version.series == self.series and self.first <= version.patch and is_before_end

    def __str__(self) -> str:
        if self.last is None:
            return str(self.series) if self.first == 0 else f"{self.series}.{self.first}-"
        if self.first == self.last:
            return f"{self.series}.{self.first}"
        return f"{self.series}.{self.first}-{self.series}.{self.last}"


@dataclass(frozen=True, slots=True)
class Advisory:
    """`severity` may be empty. `fixed_in` holds at most one release a series, newest series first."""

    identifier: str
    title: str
    text: str
    severity: str
    url: str
    affected: tuple[AffectedRange, ...]
    fixed_in: tuple[Version, ...]

    def affects(self, version: Version) -> bool:
        fix = self.fix_of(version.series)
        return (fix is None or version < fix) and any(version in entry for entry in self.affected)

    def fix_of(self, series: Series) -> Version | None:
        """The first release of the series without the vulnerability, None where upstream has none."""
        return next((version for version in self.fixed_in if version.series == series), None)


@lru_cache(maxsize=_KNOWN_ENTRIES)
def parse_affected(text: str) -> AffectedRange | None:
    """One entry as the module's text describes them, None for anything else or a range that runs backwards."""
    series = Series.parse(text)
    if series:
        return AffectedRange(series)
    release = Version.parse(text)
    if release:
        return AffectedRange(release.series, release.patch, release.patch)
    if text.startswith("<"):
        return _up_to(text)
    start, dash, end = (part.strip() for part in text.partition("-"))
    first, last = Version.parse(start), Version.parse(end)
    if first is None or not dash or (end and last is None):
        return None
    if last is None:
        return AffectedRange(first.series, first.patch)
    is_forward = first.series == last.series and first.patch <= last.patch
    return AffectedRange(first.series, first.patch, last.patch) if is_forward else None


def _up_to(text: str) -> AffectedRange | None:
    is_included = text.startswith("<=")
    end = Version.parse(text.removeprefix("<").removeprefix("=").strip())
    last = (end.patch if is_included else end.patch - 1) if end else -1
    return AffectedRange(end.series, 0, last) if end and last >= 0 else None


def read_affected(words: Iterable[str]) -> tuple[AffectedRange, ...]:
    """Entries newest series first, each once; words that are none are left out (`entry_faults` tells of them)."""
    found = {entry for word in words if (entry := parse_affected(word))}
    return tuple(sorted(found, key=lambda entry: ((-entry.series.major, -entry.series.minor), entry.first)))


def read_fixed(words: Iterable[str]) -> tuple[Version, ...]:
    """Releases newest first, each once; words that are none are left out."""
    return tuple(sorted({version for word in words if (version := Version.parse(word))}, reverse=True))


def entry_faults(affected: Iterable[str], fixed_in: Iterable[str]) -> tuple[Fault, ...]:
    """Words that are no entries, by field."""
    faults = [Fault("affected", f"{word[:40]!r}: {_ENTRY_PROBLEM}") for word in affected if not parse_affected(word)]
    faults += [
        Fault("fixed_in", f"{word[:40]!r} is not a release such as 3.12.4")
        for word in fixed_in
        if not Version.parse(word)
    ]
    return tuple(faults[:50])


def advisory_faults(advisory: Advisory) -> tuple[Fault, ...]:
    """What is wrong with the advisory, field by field; empty when nothing is."""
    known = {"", *(severity.value for severity in Severity)}
    problems = (
        ("identifier", not re.fullmatch(IDENTIFIER_PATTERN, advisory.identifier),
         "expected an id such as CVE-2024-0450: letters, digits, dots, colons and hyphens"),
        ("title", not advisory.title.strip() or len(advisory.title) > MAX_TITLE_CHARACTERS,
         f"expected one line of at most {MAX_TITLE_CHARACTERS} characters"),
        ("title", not advisory.title.isprintable(), "holds a line break or another control character"),
        ("text", len(advisory.text) > MAX_TEXT_CHARACTERS, f"at most {MAX_TEXT_CHARACTERS} characters are kept"),
        ("text", not _is_storable(advisory.text), "holds a character that cannot be stored"),
        ("severity", advisory.severity not in known, "expected low, medium, high, critical or nothing"),
        ("url", bool(advisory.url) and not _is_address(advisory.url),
         "expected an address that starts with http:// or https:// and holds no space"),
    )  # fmt: skip
    faults = [Fault(place, problem) for place, is_wrong, problem in problems if is_wrong]
    return (*faults, *_release_faults(advisory))


def _release_faults(advisory: Advisory) -> list[Fault]:
    faults = []
    if not advisory.affected:
        faults.append(Fault("affected", "name at least one series, release or range"))
    for place, entries in (("affected", advisory.affected), ("fixed_in", advisory.fixed_in)):
        if len(entries) > MAX_ENTRIES:
            faults.append(Fault(place, f"at most {MAX_ENTRIES} entries are kept"))
    affected_series = {entry.series for entry in advisory.affected}
    for version in advisory.fixed_in:
        first = advisory.fix_of(version.series)
        if first != version:
            faults.append(Fault("fixed_in", f"{version} and {first} are of one series; name the first fixed release"))
        elif version.series not in affected_series:
            faults.append(Fault("fixed_in", f"{version} fixes a series that is not affected"))
    for entry in advisory.affected:
        fix = advisory.fix_of(entry.series)
        if fix and entry.first >= fix.patch:
            faults.append(Fault("affected", f"{entry} is not affected if {fix} fixes it"))
        elif fix and entry.last is not None and entry.last >= fix.patch:
            faults.append(Fault("affected", f"{entry} reaches beyond {fix}, which fixes it"))
    return faults


def _is_address(text: str) -> bool:
    is_short = len(text) <= MAX_URL_CHARACTERS
    return is_short and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def _is_storable(text: str) -> bool:
    return not any(piece == "\0" or "\ud800" <= piece <= "\udfff" for piece in text)


def advisory_document(advisory: Advisory) -> dict[str, object]:
    """The advisory as JSON; equal documents are equal advisories."""
    return {
        "identifier": advisory.identifier,
        "title": advisory.title,
        "text": advisory.text,
        "severity": advisory.severity or None,
        "url": advisory.url or None,
        "affected": [str(entry) for entry in advisory.affected],
        "fixed_in": [str(version) for version in advisory.fixed_in],
    }


def warning_facts(advisory: Advisory, version: Version) -> dict[str, object]:
    """What the warning `release-vulnerable` says of one affected release."""
    fix = advisory.fix_of(version.series)
    facts = {
        "version": str(version),
        "identifier": advisory.identifier,
        "title": advisory.title,
        "severity": advisory.severity,
        "url": advisory.url,
        "fixed_in": str(fix) if fix else "",
        "unfixed": "" if fix else str(version.series),
    }
    return {name: fact for name, fact in facts.items() if fact}
