"""Recording how far a build's steps have come."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import StepName, StepStatus, check_step_move
from builds.models import Build, Step
from builds.models.build import POSTDEPLOY_FAILURE
from builds.services.grouping import group_failure
from builds.services.holding import LockedBuild, held_build
from builds.services.leases import lease_end
from builds.services.step_instants import StepInstants, finished_at, running_since
from versions.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a builder says about a step. Instants are the builder's own and trusted only as far as they can be true."""

    status: StepStatus
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None
    command: str = ""
    skip_reason: str = ""


def report_step(*, build_id: int, fence: int, name: str, report: StepReport, caller: Caller) -> Step:
    """Makes or moves the step and returns it. Repeating a report changes nothing.

    Raises Refusal `step::impossible-move` when the step is over and the report says otherwise, and what `held_build`
    raises.
    """
    with transaction.atomic():
        held = held_build(build_id=build_id, fence=fence, caller=caller, step=name)
        step = held.build.steps.filter(name=name).first() or Step(build=held.build, name=name)
        current = StepStatus(step.status)
        check_step_move(current, report.status)
        if current.is_over:
            _check_same(step, report)
            return step
        _apply(step, report, held)
        step.save()
        if held.build.finished_at is not None:
            _follow_postdeploy(held, step)
    return step


def _check_same(step: Step, report: StepReport) -> None:
    """A step that is over has one outcome; another exit code under the same status would be a second one."""
    told = _exit_code(report)
    if told is not None and told != step.exit_code:
        raise Refusal("step::impossible-move", current=step.status, wanted=report.status.value)


def _exit_code(report: StepReport) -> int | None:
    """What has not ended, or never began, has no exit status, whatever is said."""
    return report.exit_code if report.status in {StepStatus.SUCCEEDED, StepStatus.FAILED} else None


def _apply(step: Step, report: StepReport, held: LockedBuild) -> None:
    step.status = report.status
    step.exit_code = _exit_code(report)
    step.command = report.command or step.command
    step.skip_reason = report.skip_reason
    instants = _instants(step, report, held)
    if instants is not None:
        step.started_at = instants.started_at if report.status is not StepStatus.SKIPPED else None
        step.finished_at = instants.finished_at
        step.duration_ms = instants.duration_ms if report.status is not StepStatus.SKIPPED else None


def _instants(step: Step, report: StepReport, held: LockedBuild) -> StepInstants | None:
    build_started_at = held.build.started_at or held.build.created_at
    if report.status is StepStatus.PENDING:
        return None
    if report.status is StepStatus.RUNNING:
        if step.started_at is not None:
            return StepInstants(step.started_at, None, None)
        return running_since(reported=report.started_at, build_started_at=build_started_at, now=held.now)
    return finished_at(
        started=report.started_at,
        finished=report.finished_at,
        known_start=step.started_at,
        build_started_at=build_started_at,
        now=held.now,
    )


def _follow_postdeploy(held: LockedBuild, step: Step) -> None:
    """After the build's end: a lease while postdeploy is open, and its failure beside the build's success."""
    assert step.name == StepName.POSTDEPLOY
    is_open = not StepStatus(step.status).is_over
    rows = Build.objects.filter(pk=held.build.pk)
    rows.update(lease_expires_at=lease_end(held.now) if is_open else None)
    if step.status == StepStatus.FAILED:
        detail = postdeploy_detail(step)
        rows.update(failure_code=POSTDEPLOY_FAILURE, failure_detail=detail)
        group_failure(build_id=held.build.pk, code=POSTDEPLOY_FAILURE, detail=detail, now=held.now)


def postdeploy_detail(step: Step) -> str:
    return "" if step.exit_code is None else f"exit status {step.exit_code}"
