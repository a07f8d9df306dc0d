"""The unlisted stack `local`: what this machine's own interpreters look like in the version table.

Works on table documents (docs/contract: schema 1) and decides nothing about the database.
"""

import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from portal.installation.home import ROOT
from portal.installation.interpreters import ARCHS

NAME = "local"
TABLES = ROOT / "versions" / "tables"
UPSTREAM_TABLE = TABLES / "2026-08-current.json"
FIRST_TABLES = (
    (TABLES / "2018-documented.json", "What the documentation of 2018 states"),
    (TABLES / "2024-documented.json", "What the documentation of 2024 states"),
)
LOCAL_MESSAGE = "The interpreters of this machine, as the stack local"
OLDEST_FOR_EXAMPLES = (3, 10)  # what the packages that the examples install still run on
OS_RELEASE = Path("/etc/os-release")

Document = dict[str, Any]


def version_key(version: str) -> tuple[int, ...]:
    """Sorts 3.9 before 3.12."""
    return tuple(int(part) for part in version.split("."))


def machine_arch() -> str:
    """Such as amd64; machines that the table has no name for pass theirs through."""
    machine = platform.machine().lower()
    return ARCHS.get(machine, machine)


def machine_base(os_release: str) -> str:
    """Such as debian-12, from the text of /etc/os-release; `linux` where it says nothing."""
    facts = dict(line.partition("=")[::2] for line in os_release.splitlines() if "=" in line)
    words = [facts.get(name, "").strip().strip("\"'").lower() for name in ("ID", "VERSION_ID")]
    name = "-".join(re.sub(r"[^a-z0-9.]+", "-", word).strip("-.") for word in words if word)
    return name[:63] or "linux"


def read_os_release() -> str:
    """The text of /etc/os-release, or nothing."""
    try:
        return OS_RELEASE.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def empty_stack() -> Document:
    """The stack before any interpreter is packed."""
    return {
        "name": NAME,
        "base": machine_base(read_os_release()),
        "archs": [machine_arch()],
        "status": "supported",
        "listed": False,
        "ruleset": "documented",
        "default_series": None,
        "supported_until": None,
        "series": [],
    }


def table_of(stack: Document) -> Document:
    """A table document with this stack alone, for an import that keeps all others."""
    return {"schema": 1, "default_stack": NAME, "stacks": [stack]}


def known_tables() -> list[Document]:
    """The bundled table documents, the newest facts last."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(TABLES.glob("*.json"))]


def _all_series(tables: Iterable[Document]) -> Iterator[Document]:
    return (series for table in tables for stack in table["stacks"] for series in stack["series"])


def dated(stack: Document, tables: Iterable[Document]) -> Document:
    """The stack with the dates that the bundled tables know of its series and releases."""
    facts = list(_all_series(tables))
    ends = {series["series"]: series["eol_on"] for series in facts if series["eol_on"]}
    releases = (release for series in facts for release in series["releases"])
    dates = {release["version"]: release["released_on"] for release in releases if release["released_on"]}
    return {
        **stack,
        "series": [
            {
                **series,
                "eol_on": ends.get(series["series"]),
                "releases": [
                    {**release, "released_on": dates.get(release["version"])} for release in series["releases"]
                ],
            }
            for series in stack["series"]
            if series["releases"]
        ],
    }


def versions_of(stack: Document) -> list[str]:
    """All its releases, oldest first."""
    found = (release["version"] for series in stack["series"] for release in series["releases"])
    return sorted(found, key=version_key)


def release_to_hold_back(stack: Document) -> str | None:
    """Which release stays pending, so that publishing can be tried at once; None when none can be spared.

    Of the series with two patches the newer one, for then an app that asks for the series moves; else the newest.
    Releases too old for the examples do not count.
    """
    versions = [version for version in versions_of(stack) if version_key(version) >= OLDEST_FOR_EXAMPLES]
    by_series: dict[str, list[str]] = {}
    for version in versions:
        by_series.setdefault(version.rpartition(".")[0], []).append(version)
    pairs = [held for held in by_series.values() if len(held) > 1]
    if pairs:
        return pairs[-1][-1]
    return versions[-1] if len(versions) > 1 else None


def without(stack: Document, version: str) -> Document:
    """The stack without one release, and without its series when nothing else is left of it."""
    series = [
        {**entry, "releases": [release for release in entry["releases"] if release["version"] != version]}
        for entry in stack["series"]
    ]
    return {**stack, "series": [entry for entry in series if entry["releases"]]}


def with_upstream(stack: Document, upstream: Document) -> tuple[Document, str] | None:
    """The stack with one release more, whose archive lies upstream, and that release; None when there is none.

    The newest patch of the stack's newest series, if that is newer than what is there; else the newest of the next.
    """
    newest = versions_of(stack)[-1]
    candidates: dict[str, tuple[Document, Document]] = {}
    for series in _all_series([upstream]):
        for release in series["releases"]:
            artifacts = [found for found in release["artifacts"] if found["arch"] in stack["archs"]]
            if artifacts and release["status"] == "available" and version_key(release["version"]) > version_key(newest):
                candidates[release["version"]] = (series, {**release, "artifacts": artifacts})
    if not candidates:
        return None
    chosen = max(candidates, key=lambda version: _upstream_rank(version, newest))
    series, release = candidates[chosen]
    return _with_release(stack, series, release), chosen


def _upstream_rank(version: str, newest: str) -> tuple[bool, tuple[int, ...], tuple[int, ...]]:
    """The installed series first, then the nearest one; within it the newest patch."""
    series = version_key(version)[:2]
    return series == version_key(newest)[:2], tuple(-part for part in series), version_key(version)


def _with_release(stack: Document, series: Mapping[str, Any], release: Document) -> Document:
    held = {entry["series"]: entry for entry in stack["series"]}
    name = series["series"]
    entry = held.get(name) or {**series, "status": "supported", "removed_on": None, "releases": []}
    held[name] = {**entry, "releases": [*entry["releases"], release]}
    return {**stack, "series": [held[key] for key in sorted(held, key=version_key, reverse=True)]}


def default_series(published: Document, pending: str | None) -> str | None:
    """The series for apps that ask for none: that of the pending release where it is published, else the newest.

    Then the example without a request is the one that moves.
    """
    names = [series["series"] for series in published["series"]]
    wanted = pending.rpartition(".")[0] if pending else ""
    return wanted if wanted in names else max(names, key=version_key, default=None)


def requests_of_examples(published: Document, pending: str | None) -> dict[str, str]:
    """What the two examples with a runtime.txt ask for on this machine: a series that moves, a release that stays."""
    default = published["default_series"]
    newest = next(series["releases"][-1]["version"] for series in published["series"] if series["series"] == default)
    return {"asks-series": pending.rpartition(".")[0] if pending else default, "asks-exact": newest}
