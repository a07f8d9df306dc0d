"""Ending a build."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus, StepName, StepStatus, check_move
from builds.domain.storable import JsonValue
from builds.models import Build, Step
from builds.models.build import POSTDEPLOY_FAILURE
from builds.selectors.log_bytes import log_sha256
from builds.services.closing import close_open_steps
from builds.services.grouping import group_failure
from builds.services.holding import LockedBuild, check_fence, locked_build
from builds.services.leases import lease_end
from builds.services.steps import postdeploy_detail
from versions.domain.refusals import Refusal

MAX_DETAIL_CHARACTERS = 4000  # a longer one is in the log anyway, and must not keep the build from ending


@dataclass(frozen=True, slots=True)
class AnnouncedLog:
    """What the builder printed in one step: bytes and their SHA-256 (64 hex digits, or empty when not given)."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a build ended, by its builder. `logs` by step name; `failure_code` is empty where there is no failure."""

    status: BuildStatus
    failure_code: str = ""
    failure_detail: str = ""
    report: JsonValue = None
    logs: dict[str, AnnouncedLog] = field(default_factory=dict)


class FinishedBuild(NamedTuple):
    """`missing` counts, by step, the announced bytes that are not here yet; the build is over when there are none."""

    missing: dict[str, int]

    @property
    def is_over(self) -> bool:
        return not self.missing


def finish_build(*, build_id: int, fence: int, outcome: Outcome, caller: Caller) -> FinishedBuild:
    """Ends the build and closes its open steps, once all announced log bytes are here.

    The same call again finds the build over and changes nothing. Raises Refusal `log::announced-otherwise` when stored
    bytes differ from the announced ones, `build::over` when the build ended otherwise, `build::fence-stale`,
    `build::unknown`, `stack::unknown`.
    """
    digest = _digest(outcome)
    with transaction.atomic():
        held = locked_build(build_id=build_id, caller=caller)
        check_fence(held.build, fence)
        if held.build.finish_digest == digest:
            return FinishedBuild({})
        check_move(BuildStatus(held.build.status), outcome.status)
        missing = _missing(held.build, outcome)
        if not missing:
            _end(held, outcome, digest)
    return FinishedBuild(missing)


def _end(held: LockedBuild, outcome: Outcome, digest: str) -> None:
    build = held.build
    now = max(held.now, build.started_at or build.created_at)
    has_open_postdeploy = close_open_steps(build=build, status=outcome.status, now=now)
    code, detail = _failure(build, outcome)
    Build.objects.filter(pk=build.pk).update(
        status=outcome.status,
        failure_code=code,
        failure_detail=detail[:MAX_DETAIL_CHARACTERS],
        report=outcome.report,
        finish_digest=digest,
        finished_at=now,
        lease_expires_at=lease_end(now) if has_open_postdeploy else None,
    )
    group_failure(build_id=build.pk, code=code, detail=detail, now=now)


def _failure(build: Build, outcome: Outcome) -> tuple[str, str]:
    """Code and detail: the builder's; where it named none, a failed postdeploy's or that of the detection it used."""
    if outcome.status is BuildStatus.SUCCEEDED:
        step = build.steps.filter(name=StepName.POSTDEPLOY, status=StepStatus.FAILED).first()
        return (POSTDEPLOY_FAILURE, outcome.failure_detail or postdeploy_detail(step)) if step else ("", "")
    if outcome.failure_code or outcome.status is not BuildStatus.FAILED:
        return outcome.failure_code, outcome.failure_detail
    detected = (build.detection or {}).get("failure") or {}
    return str(detected.get("code") or ""), str(detected.get("detail") or "")


def _missing(build: Build, outcome: Outcome) -> dict[str, int]:
    """Announced bytes that are not stored yet, by step. Raises Refusal where stored bytes are others."""
    steps = {step.name: step for step in Step.objects.filter(build=build)}
    missing = {}
    for name, announced in outcome.logs.items():
        step = steps.get(name)
        size = step.log_size if step else 0
        if size < announced.size:
            missing[name] = announced.size - size
        elif size > announced.size or (step and not _is_announced(step, announced.sha256)):
            raise Refusal("log::announced-otherwise", step=name, size=size)
    return missing


def _is_announced(step: Step, sha256: str) -> bool:
    """Whether the log is the announced one. Where the portal masked or let go of bytes, its size has to do."""
    if not sha256 or step.is_log_masked or step.gap_start is not None:
        return True
    return sha256 == log_sha256(step_id=step.pk)


def _digest(outcome: Outcome) -> str:
    """Tells a repeated call from another one. Not canonical JSON: a report may hold numbers that it has no form for."""
    return hashlib.sha256(json.dumps(asdict(outcome), sort_keys=True).encode()).hexdigest()
