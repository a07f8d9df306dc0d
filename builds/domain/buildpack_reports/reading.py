"""A buildpack's run as a finished build: outcome, steps, hooks, detection, and what is odd about it."""

import re
from dataclasses import dataclass
from datetime import datetime

from builds.domain.buildpack_reports.fitting import Oddity, oddities
from builds.domain.buildpack_reports.output import sections
from builds.domain.buildpack_reports.values import Values, kept_report
from builds.domain.statuses import BuildStatus, StepName, StepStatus
from builds.domain.storable import JsonValue
from versions.domain.table import StackEntry
from versions.domain.version import Version

HOOKS = (StepName.PRE_COMPILE, StepName.POST_COMPILE)
NO_HOOK = "not present"
UNNAMED_FAILURE = "buildpack::failed"
UNFINISHED = "buildpack::unfinished"
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:::[a-z0-9_.-]+)*")
_DURATIONS = {
    StepName.INSTALL_PYTHON: "python_install_duration",
    StepName.INSTALL_DEPENDENCIES: "dependencies_install_duration",
    StepName.PRE_COMPILE: "pre_compile_hook_duration",
    StepName.POST_COMPILE: "post_compile_hook_duration",
}
# Where a failure of this area shows, by the beginning of its code.
_AREAS = (
    ("hooks::pre_compile", StepName.PRE_COMPILE),
    ("hooks::post_compile", StepName.POST_COMPILE),
    ("install-dependencies", StepName.INSTALL_DEPENDENCIES),
    ("install-python", StepName.INSTALL_PYTHON),
)


@dataclass(frozen=True, slots=True)
class ReportedRun:
    """What was sent. Instants are the sender's; `output` is what `bin/compile` printed."""

    report: JsonValue
    output: bytes
    exit_code: int
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportedStep:
    """`duration_seconds` is the buildpack's own figure, None where it gave none."""

    name: str
    status: StepStatus
    data: bytes = b""
    duration_seconds: float | None = None
    exit_code: int | None = None
    skip_reason: str = ""


@dataclass(frozen=True, slots=True)
class ReportedBuild:
    """A build, ready to be stored. All texts are storable; `failure_code` is empty for a success."""

    status: BuildStatus
    failure_code: str
    failure_detail: str
    package_manager: str
    request_version: str
    request_origin: str
    python_version: Version | None
    is_pinned: bool | None
    is_outdated: bool
    total_seconds: float | None
    steps: tuple[ReportedStep, ...]
    oddities: tuple[Oddity, ...]
    report: dict[str, JsonValue]


def read_report(run: ReportedRun, *, stack: StackEntry | None) -> ReportedBuild:
    """Reads whatever was sent; no report is too odd for it. `stack` is the published one that the app was built on;
    None: nothing is compared with it.

    A run succeeded when it exited with 0 and reported its `total_duration`; without any report its exit status decides.
    """
    values = Values(run.report if isinstance(run.report, dict) else {})
    is_success = run.exit_code == 0 and (values.seconds("total_duration") is not None or not values.document)
    code, detail = ("", "") if is_success else _failure(run, values)
    return ReportedBuild(
        status=BuildStatus.SUCCEEDED if is_success else BuildStatus.FAILED,
        failure_code=code,
        failure_detail=detail,
        package_manager=(values.text("package_manager") or "")[:63],
        request_version=values.text("python_version_requested") or "",
        request_origin=values.text("python_version_origin") or "",
        python_version=Version.parse(values.text("python_version") or ""),
        is_pinned=values.flag("python_version_pinned"),
        is_outdated=bool(values.flag("python_version_outdated")),
        total_seconds=values.seconds("total_duration"),
        steps=_steps(run, values, code),
        oddities=oddities(values, stack=stack, is_success=is_success),
        report=kept_report(run.report),
    )


def _failure(run: ReportedRun, values: Values) -> tuple[str, str]:
    reason, detail = values.text("failure_reason"), values.text("failure_detail") or ""
    if reason and _CODE.fullmatch(reason):
        return reason, detail
    if reason:
        return UNNAMED_FAILURE, f"{reason}: {detail}" if detail else reason
    if run.exit_code == 0:
        return UNFINISHED, ""
    hook = _failed_hook(values)
    return (f"hooks::{hook}" if hook else UNNAMED_FAILURE), detail or f"exit status {run.exit_code}"


def _failed_hook(values: Values) -> StepName | None:
    """A hook that ran and has no duration did not come to its end; only the last one can be that."""
    for hook in reversed(HOOKS):
        if values.flag(f"{hook}_hook"):
            return hook if values.seconds(f"{hook}_hook_duration") is None else None
    return None


def _steps(run: ReportedRun, values: Values, code: str) -> tuple[ReportedStep, ...]:
    found = sections(run.output)
    names = [section.name for section in found]
    failing = _failing_step(code, names) if code else None
    steps = [_step(section.name, section.data, values, is_failed=section.name == failing, run=run) for section in found]
    for hook in HOOKS:
        is_reported = values.flag(f"{hook}_hook")
        if hook in names:
            continue
        if is_reported is False:
            steps.append(ReportedStep(hook, StepStatus.SKIPPED, skip_reason=NO_HOOK))
        elif is_reported or hook == failing:
            steps.append(_step(hook, b"", values, is_failed=hook == failing, run=run))
    return tuple(steps)


def _step(name: str, data: bytes, values: Values, *, is_failed: bool, run: ReportedRun) -> ReportedStep:
    key = _DURATIONS.get(StepName(name)) if name in set(StepName) else None
    return ReportedStep(
        name=name,
        status=StepStatus.FAILED if is_failed else StepStatus.SUCCEEDED,
        data=data,
        duration_seconds=values.seconds(key) if key else None,
        exit_code=run.exit_code if is_failed and run.exit_code else None,
    )


def _failing_step(code: str, names: list[str]) -> str | None:
    """The step that a failure belongs to: the one that its code names, else the last that printed anything."""
    area = next((step.value for beginning, step in _AREAS if code.startswith(beginning)), None)
    of_area = [name for name in names if area and (name == area or name.startswith(f"{area}-"))]
    if of_area:
        return of_area[-1]
    return area if area in HOOKS else (names[-1] if names else None)
