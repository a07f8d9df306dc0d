"""Answers a request from a table. Statuses alone decide; dates only reach the messages."""

from dataclasses import dataclass

from versions.domain.refusals import Fault, Refusal
from versions.domain.resolution.outcomes import (
    DefaultMissing,
    PatchAvailable,
    PreviousReplaced,
    ReleaseUnknown,
    ReleaseWithdrawn,
    ReleaseYanked,
    ResolutionFailure,
    ResolutionWarning,
    SeriesDeprecated,
    SeriesEmpty,
    SeriesEnded,
    SeriesUnknown,
    SeriesUnsupported,
    StackDiscontinued,
    StackUnknown,
)
from versions.domain.resolution.requests import ORIGIN_CACHED, ORIGIN_DEFAULT, Request, Wanted, sticky_release
from versions.domain.table import (
    ArtifactEntry,
    ReleaseEntry,
    ReleaseStatus,
    Ruleset,
    SeriesEntry,
    SeriesStatus,
    StackEntry,
    StackStatus,
    Table,
)
from versions.domain.version import Series, Version

USUAL_ARCH = "amd64"  # what a table means by no architecture (contract, section 1)
# Only questions that strangers cannot vary at will are remembered: those for a release that the stack has, by its own
# rules, for the usual architecture and without a last build. They are fewer than this on any stack.
_MOST_ANSWERS = 10_000


@dataclass(frozen=True, slots=True)
class ResolvedRelease:
    """The release an app gets. `artifact` is None when it is listed, but not installable."""

    version: Version
    is_pinned: bool
    is_outdated: bool
    artifact: ArtifactEntry | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer to a request. `request` is what was asked for in the end: also a default or the last build's."""

    ruleset: Ruleset | None
    request: Request | None
    release: ResolvedRelease | None = None
    failure: ResolutionFailure | None = None
    warnings: tuple[ResolutionWarning, ...] = ()


def resolve(
    request: Request | None,
    stack: str,
    table: Table,
    ruleset: Ruleset | None = None,
    previous: str | None = None,
    arch: str = USUAL_ARCH,
) -> Resolution:
    """The release that `request` gets on `stack`, or why it gets none.

    Without a request the release of the last build counts (`previous`, `X.Y.Z`; anything else is as none), then the
    stack's default. `ruleset`: None means the stack's own. Raises Refusal `request::malformed` for a request that is
    neither a series nor a release.

    The same question to the same table has the same answer, so it is worked out once: nearly all builds of a stack ask
    for one of a few dozen versions. (A call without keywords and two look-ups are all that such a question takes.)
    """
    is_usual = ruleset is None and previous is None and arch == USUAL_ARCH
    if is_usual:
        try:
            known: Resolution = table.answers[stack][request]
        except KeyError:
            pass
        else:
            return known
    answer = _answer(request, stack=stack, table=table, ruleset=ruleset, previous=previous, arch=arch)
    if is_usual and answer.release is not None:
        known_of_stack = table.answers.setdefault(stack, {})
        if len(known_of_stack) < _MOST_ANSWERS:
            known_of_stack[request] = answer
    return answer


def _answer(
    request: Request | None, *, stack: str, table: Table, ruleset: Ruleset | None, previous: str | None, arch: str
) -> Resolution:
    wanted = Wanted.parse(request.version) if request else None
    if request and wanted is None:
        problem = f"{request.version[:80]!r} is neither a series such as 3.12 nor a release such as 3.12.3"
        raise Refusal("request::malformed", faults=(Fault("request", problem),))
    entry = usable_stack(stack, table)
    if not isinstance(entry, StackEntry):
        return Resolution(ruleset or _ruleset_of(stack, table), request, failure=entry)
    asked = _Asked(table, entry, ruleset or entry.ruleset, arch)
    if request and wanted:
        return asked.answer(request, wanted)
    return asked.answer_unasked(previous)


def usable_stack(stack: str, table: Table) -> StackEntry | StackDiscontinued | StackUnknown:
    """The stack, or why nothing can be built on it at all."""
    entry = table.find_stack(stack)
    if entry is None:
        # The name is any text that came in JSON; what PostgreSQL and UTF-8 cannot carry is written out.
        name = stack.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
        return StackUnknown(name, table.default_stack)
    if entry.status is StackStatus.DISCONTINUED:
        return StackDiscontinued(stack, entry.supported_until, table.default_stack)
    return entry


def _ruleset_of(stack: str, table: Table) -> Ruleset | None:
    entry = table.find_stack(stack)
    return entry.ruleset if entry else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question's surroundings: the table, the stack in it, the rules and the architecture."""

    table: Table
    stack: StackEntry
    ruleset: Ruleset
    arch: str

    def answer_unasked(self, previous: str | None) -> Resolution:
        """What an app gets that asks for nothing."""
        sticky = sticky_release(previous)
        if sticky and self.ruleset is Ruleset.CURRENT:
            series = sticky.rpartition(".")[0]
            return self._answer_text(Request(series, ORIGIN_CACHED))
        if sticky:
            return self._answer_previous(Request(sticky, ORIGIN_CACHED))
        if self.stack.default_series is None:
            return self._failed(None, DefaultMissing(self.stack.name, self._offered()))
        return self._answer_text(Request(str(self.stack.default_series), ORIGIN_DEFAULT))

    def _answer_previous(self, request: Request) -> Resolution:
        """The last build's release exactly; the newest of its series where that was yanked or withdrawn since."""
        version = Version.parse(request.version)
        entry = self.stack.find_release(version) if version else None
        series = self.stack.find_series(version.series) if version else None
        newest = series.newest if series and series.status is not SeriesStatus.REMOVED else None
        if entry is None or entry.status is ReleaseStatus.AVAILABLE or series is None or newest is None:
            return self._answer_text(request)
        replaced = PreviousReplaced(request.version, entry.status.value, entry.reason or "", newest.version)
        return self._resolved(request, series, newest, (replaced,))

    def _answer_text(self, request: Request) -> Resolution:
        wanted = Wanted.parse(request.version)
        assert wanted is not None  # only called with texts that parsed before
        return self.answer(request, wanted)

    def answer(self, request: Request, wanted: Wanted) -> Resolution:
        series = self.stack.find_series(wanted.series)
        if series is None or series.status is SeriesStatus.REMOVED:
            return self._failed(request, self._series_failure(request, wanted, is_listed=series is not None))
        if wanted.release is not None:
            return self._answer_exact(request, series, wanted.release)
        newest = series.newest
        if newest is None:
            return self._failed(request, SeriesEmpty(wanted.series_text, request.origin, self.stack.name))
        return self._resolved(request, series, newest)

    def _answer_exact(self, request: Request, series: SeriesEntry, version: Version) -> Resolution:
        entry = series.release(version)
        newest = series.newest.version if series.newest else None
        if entry is None:
            where = (request.version, request.origin, self.stack.name)
            return self._failed(request, ReleaseUnknown(*where, series.series, newest))
        reason = entry.reason or ""
        if entry.status is ReleaseStatus.WITHDRAWN:
            where = (request.version, request.origin, self.stack.name)
            return self._failed(request, ReleaseWithdrawn(*where, reason, series.series, newest))
        if entry.status is ReleaseStatus.YANKED:
            yanked = ReleaseYanked(version, series.series, request.origin, reason)
            return self._resolved(request, series, entry, (yanked,))
        return self._resolved(request, series, entry)

    def _series_failure(self, request: Request, wanted: Wanted, *, is_listed: bool) -> ResolutionFailure:
        """Why the stack does not offer a series. The documentation knows other stacks' series, today's rules don't."""
        text, origin, name = wanted.series_text, request.origin, self.stack.name
        listed = [entry.series for entry in self.stack.series]
        # An internal stack is nothing that an app could be moved to.
        elsewhere = [
            (stack, series)
            for stack in self.table.stacks
            if self.ruleset is Ruleset.DOCUMENTED and stack.listed and stack.name != name
            if (series := stack.find_series(wanted.series)) is not None
        ]
        if not listed or is_listed or elsewhere:
            others = tuple(stack.name for stack, series in elsewhere if _is_open(stack, series))
            return SeriesUnsupported(text, origin, name, self._offered(), others)
        if wanted.series < min(listed):
            return SeriesEnded(text, origin, name, min(self._offered() or listed), self.stack.default_series)
        if wanted.series > max(listed):
            return SeriesUnknown(text, origin, name, max(self._offered() or listed))
        return SeriesUnsupported(text, origin, name, self._offered())

    def _offered(self) -> tuple[Series, ...]:
        """The stack's series that apps can get, newest first."""
        return tuple(entry.series for entry in self.stack.series if entry.status is not SeriesStatus.REMOVED)

    def _resolved(
        self,
        request: Request,
        series: SeriesEntry,
        entry: ReleaseEntry,
        warnings: tuple[ResolutionWarning, ...] = (),
    ) -> Resolution:
        newest = series.newest
        is_outdated = newest is not None and entry.version < newest.version
        if series.status is SeriesStatus.DEPRECATED:
            place = (series.series, request.origin, self.stack.name)
            warnings += (SeriesDeprecated(*place, series.eol_on, series.removed_on),)
        if newest is not None and is_outdated:
            warnings += (PatchAvailable(entry.version, newest.version, series.series, request.origin),)
        # An app that gets its last build's release again never asked for it, so it is not pinned to it.
        is_pinned = request.origin != ORIGIN_CACHED and request.version == str(entry.version)
        release = ResolvedRelease(entry.version, is_pinned, is_outdated, entry.artifact_for(self.arch))
        return Resolution(self.ruleset, request, release, warnings=warnings)

    def _failed(self, request: Request | None, failure: ResolutionFailure) -> Resolution:
        return Resolution(self.ruleset, request, failure=failure)


def _is_open(stack: StackEntry, series: SeriesEntry) -> bool:
    """Whether an app that is moved to the stack can get the series there."""
    return stack.status is not StackStatus.DISCONTINUED and series.status is not SeriesStatus.REMOVED
