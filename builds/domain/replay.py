"""What a build asked of the table, asked again: of the table of another day.

A build keeps its request, not its files, so only what the table decides can be asked again. Where the app's own files
decided, another table would have changed nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import get_args

from builds.domain.hold import read_hold
from builds.domain.messages import explain
from builds.domain.rulesets.documented import is_series_known
from builds.domain.trace import Reason
from versions.domain.resolution import (
    ORIGIN_CACHED,
    ORIGIN_DEFAULT,
    Hold,
    Request,
    ResolutionFailure,
    Wanted,
    outcome_facts,
    resolve_held,
    usable_stack,
)
from versions.domain.table import Ruleset, StackEntry, Table
from versions.domain.version import Series

TABLE_FAILURES = frozenset(kind.code for kind in get_args(ResolutionFailure))


class NoReplay(StrEnum):
    """Why the table cannot be asked again."""

    NOT_DETECTED = "not-detected"  # the builder reported no detection
    NOT_PYTHON = "not-python"
    FILES_DECIDED = "files-decided"  # the failure lies in the app's files
    NO_REQUEST = "no-request"  # what the builder reported holds no request that a table could answer


@dataclass(frozen=True, slots=True)
class Question:
    """What the table was asked. No `request`: the search ended at the stack. `hold`: what held the app then.

    `ignored`: versions that were passed over on the way, since no stack had their series; a table that has it decides
    otherwise.
    """

    stack: str
    arch: str
    ruleset: Ruleset | None
    request: Request | None
    hold: Hold | None = None
    ignored: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer as far as two of them can differ: the release, or the failure's code.

    Both are empty when the stack is fit to build on and the rest would depend on the app's files. `title` is the
    failure's in words.
    """

    version: str = ""
    is_installable: bool = False
    failure_code: str = ""
    title: str = field(default="", compare=False)


def question_of(detection: Mapping[str, object], *, stack: str, arch: str, ruleset: str) -> Question | NoReplay:
    """What a build's stored detection asked the table, or why that cannot be said. The document is a stranger's."""
    if not detection:
        return NoReplay.NOT_DETECTED
    if detection.get("detected") is False:
        return NoReplay.NOT_PYTHON
    failure = detection.get("failure")
    code = str(failure.get("code")) if isinstance(failure, Mapping) else ""
    if code and code not in TABLE_FAILURES:
        return NoReplay.FILES_DECIDED
    rules = Ruleset(ruleset) if ruleset in set(Ruleset) else None
    stored = detection.get("request")
    if not isinstance(stored, Mapping):
        has_ended_at_stack = code.startswith("checks::stack::")
        return Question(stack, arch, rules, None) if has_ended_at_stack else NoReplay.NO_REQUEST
    request = Request(str(stored.get("version")), str(stored.get("origin")))
    if Wanted.parse(request.version) is None:
        return NoReplay.NO_REQUEST
    return Question(stack, arch, rules, request, read_hold(detection.get("hold")), _ignored(detection.get("trace")))


def recorded_outcome(detection: Mapping[str, object]) -> Outcome:
    """What the build was told at the time."""
    release, failure = detection.get("release"), detection.get("failure")
    if isinstance(failure, Mapping) and failure.get("code"):
        return Outcome(failure_code=str(failure["code"]), title=str(failure.get("title") or failure["code"]))
    if isinstance(release, Mapping):
        return Outcome(str(release.get("version")), is_installable=bool(release.get("artifact")))
    return Outcome()


def replay(question: Question, table: Table) -> Outcome:
    """What `table` answers to the build's question."""
    request = next((request for request in question.ignored if _is_known(request, question, table)), question.request)
    if request is None:
        entry = usable_stack(question.stack, table)
        return Outcome() if isinstance(entry, StackEntry) else _failed(entry)
    resolution = resolve_held(
        None if request.origin in {ORIGIN_CACHED, ORIGIN_DEFAULT} else request,
        stack=question.stack,
        table=table,
        hold=question.hold,
        ruleset=question.ruleset,
        previous=_previous(request),
        arch=question.arch,
    )
    if resolution.failure:
        return _failed(resolution.failure)
    release = resolution.release
    return Outcome(str(release.version), is_installable=release.artifact is not None) if release else Outcome()


def _ignored(trace: object) -> tuple[Request, ...]:
    """The series that the trace says were passed over, in their order. An older trace keeps no facts of them."""
    found = []
    for entry in trace if isinstance(trace, list) else ():
        if not isinstance(entry, Mapping) or entry.get("reason") != Reason.VERSION_IGNORED.value:
            continue
        facts = entry.get("facts")
        written = str(facts.get("found")) if isinstance(facts, Mapping) else ""
        if Series.parse(written):
            found.append(Request(written, str(entry.get("subject"))))
    return tuple(found)


def _is_known(request: Request, question: Question, table: Table) -> bool:
    """Whether the rules would now take a version that they passed over: some stack lists its series."""
    series = Series.parse(request.version)
    return series is not None and is_series_known(series, table, own_stack=question.stack)


def _failed(failure: ResolutionFailure) -> Outcome:
    return Outcome(failure_code=failure.code, title=explain(failure.code, outcome_facts(failure)).title)


def _previous(request: Request) -> str | None:
    """The last build's release behind a request that came from it.

    Today's rules ask for its series alone and keep no patch; any will do to ask for the series again.
    """
    if request.origin != ORIGIN_CACHED:
        return None
    wanted = Wanted.parse(request.version)
    return f"{request.version}.0" if wanted and wanted.patch is None else request.version
