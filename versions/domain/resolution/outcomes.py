"""Everything that can be said about a request besides the release itself: failures and warnings, as data.

Each has a stable `code`; `detail` is the short text that machines compare. Prose stands in `versions.domain.messages`.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import ClassVar

from versions.domain.version import Series, Version


@dataclass(frozen=True, slots=True)
class StackDiscontinued:
    code: ClassVar[str] = "checks::stack::eol"
    stack: str
    supported_until: date | None
    default_stack: str

    @property
    def detail(self) -> str:
        return self.stack


@dataclass(frozen=True, slots=True)
class StackUnknown:
    code: ClassVar[str] = "checks::stack::unknown"
    stack: str
    default_stack: str

    @property
    def detail(self) -> str:
        return self.stack


@dataclass(frozen=True, slots=True)
class SeriesEnded:
    """The series is older than all that the stack lists."""

    code: ClassVar[str] = "python-version::eol"
    series: str
    origin: str
    stack: str
    oldest: Series
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.series


@dataclass(frozen=True, slots=True)
class SeriesUnknown:
    """The series is newer than all that the stack lists."""

    code: ClassVar[str] = "python-version::unknown-major"
    series: str
    origin: str
    stack: str
    newest: Series

    @property
    def detail(self) -> str:
        return self.series


@dataclass(frozen=True, slots=True)
class SeriesUnsupported:
    """The series was removed from the stack, or only other stacks have it. `offered`: what the stack has."""

    code: ClassVar[str] = "python-version::unsupported-on-stack"
    series: str
    origin: str
    stack: str
    offered: tuple[Series, ...]
    other_stacks: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return self.series


@dataclass(frozen=True, slots=True)
class SeriesEmpty:
    """The stack lists the series, but all of its releases are yanked or withdrawn, or there are none."""

    code: ClassVar[str] = "python-version::no-release"
    series: str
    origin: str
    stack: str

    @property
    def detail(self) -> str:
        return self.series


@dataclass(frozen=True, slots=True)
class DefaultMissing:
    """Nothing was asked for and the stack names no default series."""

    code: ClassVar[str] = "python-version::no-default"
    stack: str
    offered: tuple[Series, ...]

    @property
    def detail(self) -> str:
        return self.stack


@dataclass(frozen=True, slots=True)
class ReleaseUnknown:
    """An exact release that the table does not have. `newest`: what its series offers."""

    code: ClassVar[str] = "python-version::unknown-patch"
    version: str
    origin: str
    stack: str
    series: Series
    newest: Version | None

    @property
    def detail(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class ReleaseWithdrawn:
    """An exact release that must not run any more."""

    code: ClassVar[str] = "python-version::withdrawn"
    version: str
    origin: str
    stack: str
    reason: str
    series: Series
    newest: Version | None

    @property
    def detail(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class HeldReleaseMissing:
    """Staff hold the app at a release that the stack lacks (`status` missing) or that is withdrawn there."""

    code: ClassVar[str] = "python-version::held-unavailable"
    version: str
    stack: str
    status: str
    reason: str
    until_on: date
    by: str

    @property
    def detail(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class PatchAvailable:
    """The release is not the newest one of its series."""

    code: ClassVar[str] = "patch-update-available"
    version: Version
    newest: Version
    series: Series
    origin: str


@dataclass(frozen=True, slots=True)
class SeriesDeprecated:
    """The stack is about to lose the series."""

    code: ClassVar[str] = "deprecated-major-version"
    series: Series
    origin: str
    stack: str
    eol_on: date | None
    removed_on: date | None


@dataclass(frozen=True, slots=True)
class ReleaseYanked:
    """A yanked release was asked for by its exact version, so it is used all the same."""

    code: ClassVar[str] = "release-yanked"
    version: Version
    series: Series
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreviousReplaced:
    """The release of the app's last build was yanked or withdrawn since; the newest of its series is used."""

    code: ClassVar[str] = "previous-release-replaced"
    version: str
    status: str
    reason: str
    newest: Version


@dataclass(frozen=True, slots=True)
class ReleaseHeld:
    """Staff hold the app at this release. `instead`: what its own request would get, where that is another one.

    `yanked`: why the release was yanked, empty when it was not.
    """

    code: ClassVar[str] = "held"
    version: Version
    reason: str
    until_on: date
    by: str
    instead: Version | None
    yanked: str


ResolutionFailure = (
    StackDiscontinued
    | StackUnknown
    | SeriesEnded
    | SeriesUnknown
    | SeriesUnsupported
    | SeriesEmpty
    | DefaultMissing
    | ReleaseUnknown
    | ReleaseWithdrawn
    | HeldReleaseMissing
)
ResolutionWarning = PatchAvailable | SeriesDeprecated | ReleaseYanked | PreviousReplaced | ReleaseHeld


def outcome_facts(outcome: object) -> dict[str, object]:
    """The fields of a failure or warning, by name, as its message quotes them: lists joined, unknown ones left out."""
    facts: dict[str, object] = {}
    for field in fields(outcome):  # type: ignore[arg-type]  # any of the unions' dataclasses
        value = getattr(outcome, field.name)
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            value = ", ".join(str(item) for item in value)
        if value is not None:
            facts[field.name] = value
    detail = getattr(outcome, "detail", None)
    return facts if detail is None else {"detail": detail, **facts}
