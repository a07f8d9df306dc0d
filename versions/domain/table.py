"""The version table: what every stack offers, as one immutable value.

`document.py` reads and writes its JSON form, `resolution.py` answers requests from it. The order of every tuple is part
of the value (contract, section 1): stacks by the number in their base, newest first; series newest first; releases
oldest first; artifacts by preference.

Tables are asked far more often than they change, so each level finds what is below it in a dictionary. It is made at
the first look and lives and dies with its value: a new revision is a new table, hence a new set of dictionaries. (They
are kept with the instance, which is why these three classes have no slots.)
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from versions.domain.version import Series, Version


class StackStatus(StrEnum):
    SUPPORTED = "supported"
    DEPRECATED = "deprecated"
    DISCONTINUED = "discontinued"


class SeriesStatus(StrEnum):
    SUPPORTED = "supported"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


class ReleaseStatus(StrEnum):
    AVAILABLE = "available"
    YANKED = "yanked"
    WITHDRAWN = "withdrawn"


class Ruleset(StrEnum):
    """Which detection and precedence rules a stack's apps are under."""

    DOCUMENTED = "documented"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class ArtifactEntry:
    """One installable archive of a release. `size` in bytes, None when the source never said."""

    arch: str
    format: str
    url: str
    sha256: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """One Python version on one stack. `reason` is set when it is yanked or withdrawn."""

    version: Version
    released_on: date | None = None
    status: ReleaseStatus = ReleaseStatus.AVAILABLE
    reason: str | None = None
    artifacts: tuple[ArtifactEntry, ...] = ()

    def artifact_for(self, arch: str) -> ArtifactEntry | None:
        """The preferred archive for `arch`, or None: the release is then listed, not installable."""
        return next((artifact for artifact in self.artifacts if artifact.arch == arch), None)


@dataclass(frozen=True)
class SeriesEntry:
    """One feature series on one stack, with its releases oldest first."""

    series: Series
    status: SeriesStatus = SeriesStatus.SUPPORTED
    eol_on: date | None = None
    removed_on: date | None = None
    releases: tuple[ReleaseEntry, ...] = ()

    @cached_property
    def newest(self) -> ReleaseEntry | None:
        """What a request for the series gets: the newest release that is neither yanked nor withdrawn."""
        available = (entry for entry in self.releases if entry.status is ReleaseStatus.AVAILABLE)
        return max(available, key=lambda entry: entry.version, default=None)

    def release(self, version: Version) -> ReleaseEntry | None:
        return self._by_version.get(version)

    @cached_property
    def _by_version(self) -> dict[Version, ReleaseEntry]:
        return {entry.version: entry for entry in self.releases}


class Tool(NamedTuple):
    """An installer (pip, pipenv, poetry, uv) and the version of it that builds on a stack use."""

    name: str
    version: str


@dataclass(frozen=True)
class StackEntry:
    """One base image and all that it offers, series newest first and tools by name."""

    name: str
    base: str
    archs: tuple[str, ...] = ("amd64",)
    status: StackStatus = StackStatus.SUPPORTED
    listed: bool = True
    ruleset: Ruleset = Ruleset.DOCUMENTED
    default_series: Series | None = None
    supported_until: date | None = None
    series: tuple[SeriesEntry, ...] = ()
    tools: tuple[Tool, ...] = ()

    def tool_version(self, name: str) -> str | None:
        """The version of pip, pipenv, poetry or uv that builds on this stack use; None: the builder's own choice."""
        return dict(self.tools).get(name)

    def find_series(self, series: Series) -> SeriesEntry | None:
        return self._by_series.get(series)

    def find_release(self, version: Version) -> ReleaseEntry | None:
        entry = self.find_series(version.series)
        return entry.release(version) if entry else None

    @cached_property
    def _by_series(self) -> dict[Series, SeriesEntry]:
        return {entry.series: entry for entry in self.series}


@dataclass(frozen=True)
class Table:
    """All stacks, newest base first, and the one that new apps are put on."""

    default_stack: str
    stacks: tuple[StackEntry, ...]
    # Room for what resolution worked out from this table, a dictionary a stack; no part of the value. A plain
    # attribute, since it is looked at with every request.
    answers: dict[str, dict[object, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def find_stack(self, name: str) -> StackEntry | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, StackEntry]:
        return {entry.name: entry for entry in self.stacks}


def base_order(base: str, name: str) -> tuple[tuple[int, ...], str]:
    """Sort key that puts stacks by the number in their base, newest first, then by name."""
    numbers = re.search(r"[0-9]+(?:\.[0-9]+)*", base)
    return tuple(-int(part) for part in numbers.group().split(".")) if numbers else (), name
