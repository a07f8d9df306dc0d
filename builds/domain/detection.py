"""Is it a Python app, who installs its dependencies, which Python does it ask for, and which one does it get.

The server's answer and a builder's own, made from its last good table, come from this one function.
"""

from dataclasses import dataclass, replace

from builds.domain.outcomes import (
    CheckFailure,
    DetectionFailure,
    DetectionWarning,
    ManagerFailure,
    PythonFolderPresent,
    VirtualEnvironmentPresent,
)
from builds.domain.package_managers import Command, PackageManager
from builds.domain.rulesets import RULES
from builds.domain.rulesets.rules import App, ManagerChoice, Rules
from builds.domain.source import SourceTree
from builds.domain.trace import Reason, Trace, TraceEntry
from versions.domain.resolution import (
    ORIGIN_CACHED,
    ORIGIN_DEFAULT,
    Hold,
    Request,
    Resolution,
    ResolvedRelease,
    resolve_held,
    sticky_release,
    usable_stack,
)
from versions.domain.table import Ruleset, StackEntry, Table


@dataclass(frozen=True, slots=True)
class Detection:
    """The whole answer. Values known before a failure are kept; `install_commands` are for answers without one.

    `package_manager_version` is what the stack's table names; None leaves the choice to the builder. `hold`: what holds
    the app, also where a failure came before it could count.
    """

    revision: int | None
    ruleset: Ruleset
    is_detected: bool
    package_manager: PackageManager | None = None
    package_manager_version: str | None = None
    request: Request | None = None
    release: ResolvedRelease | None = None
    failure: DetectionFailure | None = None
    warnings: tuple[DetectionWarning, ...] = ()
    install_commands: tuple[Command, ...] = ()
    trace: tuple[TraceEntry, ...] = ()
    hold: Hold | None = None


def detect(
    tree: SourceTree,
    *,
    stack: str,
    table: Table,
    revision: int | None,
    ruleset: Ruleset | None = None,
    previous: str | None = None,
    arch: str = "amd64",
    hold: Hold | None = None,
) -> Detection:
    """What a build of this source tree would do.

    `revision`: the number of `table`, repeated in the answer. `ruleset`: None means the stack's own. `previous`: the
    release of the app's last build; what is no release counts as none. `hold`: the app's, while it lasts.
    Raises Refusal `request::too-large` when a version file is larger than any honest one.
    """
    trace = Trace()
    rules = RULES[ruleset or _ruleset_of(stack, table)]
    mark = rules.find_mark(tree)
    if mark is None:
        trace.failed("app", Reason.NO_MARK)
        return Detection(revision, rules.ruleset, is_detected=False, trace=trace.entries)
    trace.taken(mark, Reason.MARKS_APP)
    answer = Detection(revision, rules.ruleset, is_detected=True, hold=hold)
    choice = rules.choose_manager(tree, trace) if rules.is_manager_chosen_first else None
    if choice:
        answer = _with_manager(answer, choice)
    entry = usable_stack(stack, table)
    if not isinstance(entry, StackEntry):
        trace.failed(entry.detail, Reason.CHECK_FAILED, code=entry.code)
        return replace(answer, failure=entry, trace=trace.entries)
    trace.taken(stack, Reason.STACK_KNOWN)
    answer = _inspected(App(tree, entry, table, previous, trace), rules, answer, choice, arch)
    manager = answer.package_manager
    version = entry.tool_version(manager.value) if manager else None
    return replace(answer, package_manager_version=version, trace=trace.entries)


def _with_manager(answer: Detection, choice: ManagerChoice | ManagerFailure) -> Detection:
    if isinstance(choice, ManagerChoice):
        return replace(answer, package_manager=choice.manager, warnings=choice.warnings)
    return replace(answer, failure=choice)


def _inspected(
    app: App, rules: Rules, answer: Detection, choice: ManagerChoice | ManagerFailure | None, arch: str
) -> Detection:
    """The steps in the order in which a real build takes them; the first failure ends them."""
    failure = _folder_failure(app, rules)
    if failure:
        return replace(answer, failure=failure)
    choice = choice or rules.choose_manager(app.tree, app.trace)
    answer = _with_manager(answer, choice)
    if not isinstance(choice, ManagerChoice):
        app.trace.failed("package manager", Reason.CHECK_FAILED, code=choice.code)
        return answer
    failure = _environment_failure(app, rules)
    if failure:
        return replace(answer, failure=failure)
    sought = rules.read_request(app, choice.manager)
    answer = replace(answer, warnings=answer.warnings + sought.warnings)
    if sought.failure:
        return replace(answer, failure=sought.failure)
    resolution = _resolved(app, rules, sought.request, arch, answer.hold)
    return _concluded(app, rules, answer, choice, resolution)


def _resolved(app: App, rules: Rules, request: Request | None, arch: str, hold: Hold | None) -> Resolution:
    resolution = resolve_held(
        request,
        hold=hold,
        stack=app.stack.name,
        table=app.table,
        ruleset=rules.ruleset,
        previous=app.previous,
        arch=arch,
    )
    asked = resolution.request
    if request is not None and app.previous:
        app.trace.passed_over(ORIGIN_CACHED, Reason.OUTRANKED, previous=app.previous)
    elif request is None:
        reason = Reason.STICKY if sticky_release(app.previous) else Reason.MALFORMED
        if reason is Reason.STICKY:
            app.trace.taken(ORIGIN_CACHED, reason, previous=app.previous or "", version=asked.version if asked else "")
        else:
            app.trace.passed_over(ORIGIN_CACHED, reason if app.previous else Reason.NOT_SENT)
            app.trace.taken(ORIGIN_DEFAULT, Reason.DEFAULT, version=asked.version if asked else "")
    if hold is not None:
        app.trace.taken("hold", Reason.HELD, version=str(hold.version))
    return resolution


def _concluded(app: App, rules: Rules, answer: Detection, choice: ManagerChoice, resolution: Resolution) -> Detection:
    review = rules.review(resolution, choice.manager)
    failure: DetectionFailure | None = review.failure or resolution.failure
    answer = replace(answer, request=resolution.request, release=resolution.release, failure=failure)
    if resolution.failure:
        app.trace.failed("table", Reason.RELEASE_MISSING, code=resolution.failure.code)
    else:
        version = str(resolution.release.version) if resolution.release else ""
        app.trace.taken("table", Reason.RELEASE_FOUND, version=version)
    if review.failure:
        app.trace.failed("origin", Reason.NOT_ALLOWED, code=review.failure.code)
    if failure:
        return answer
    warnings = answer.warnings + review.warnings + resolution.warnings
    return replace(answer, warnings=warnings, install_commands=choice.commands)


def _folder_failure(app: App, rules: Rules) -> CheckFailure | None:
    for folder in rules.reserved_folders:
        if app.tree.exists(folder):
            app.trace.failed(folder, Reason.CHECK_FAILED, code=PythonFolderPresent.code)
            return PythonFolderPresent(folder)
        app.trace.passed_over(folder, Reason.ABSENT)
    return None


def _environment_failure(app: App, rules: Rules) -> CheckFailure | None:
    for folder in rules.environment_folders:
        if app.tree.is_file(f"{folder}/pyvenv.cfg"):
            app.trace.failed(folder, Reason.CHECK_FAILED, code=VirtualEnvironmentPresent.code)
            return VirtualEnvironmentPresent(folder)
    return None


def _ruleset_of(stack: str, table: Table) -> Ruleset:
    """The stack's own rules; on a stack that nobody knows those of the default stack."""
    known = table.find_stack(stack) or table.find_stack(table.default_stack)
    return known.ruleset if known else Ruleset.CURRENT
