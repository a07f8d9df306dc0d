"""Builds as the JSON documents of the API (contract, section 4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from builds.domain.hold import hold_document, read_hold
from builds.domain.messages import explain
from builds.domain.statuses import StepStatus
from builds.models import Build
from builds.querysets import Place
from builds.selectors.build_rows import PAGE_ROWS, BuildRow, page_of, row_of
from builds.selectors.filters import BuildFilter, filtered_builds
from builds.selectors.step_rows import StepRow, step_rows
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.selectors.advisories import AdvisoryRow, active_advisories, advisory_warnings, is_advisory_warning


def build_document(*, build_id: int, stacks: tuple[str, ...], public_url: str) -> dict[str, object]:
    """One build in three queries. Raises Refusal `build::unknown`, or `stack::unknown` when its stack isn't listed."""
    build = Build.objects.select_related("app").filter(pk=build_id).first()
    if build is None:
        raise Refusal("build::unknown", id=build_id)
    if stacks and build.stack not in stacks:
        raise Refusal("stack::unknown", stack=build.stack)
    return _document(build, step_rows([build.pk])[build.pk], active_advisories(), public_url)


def build_documents(
    wanted: BuildFilter, *, before: Place | None, public_url: str, limit: int = PAGE_ROWS
) -> tuple[list[dict[str, object]], Place | None]:
    """A page of builds, newest first, in three queries, and where the next one starts."""
    rows = Build.objects.select_related("app")
    builds, next_place = page_of(filtered_builds(wanted), rows, before=before, limit=limit)
    steps = step_rows([build.pk for build in builds])
    advisories = active_advisories()
    return [_document(build, steps[build.pk], advisories, public_url) for build in builds], next_place


def _document(build: Build, steps: list[StepRow], advisories: list[AdvisoryRow], public_url: str) -> dict[str, object]:
    detection = build.detection or {}
    return {
        "id": build.pk,
        "number": build.number,
        "app": build.app.name,
        "stack": build.stack,
        "arch": build.arch,
        "status": build.status,
        "cancel_requested": build.cancel_requested_at is not None,
        "failure": failure_document(row_of(build), detection),
        "ruleset": build.ruleset or None,
        "revision": build.revision,
        "package_manager": build.package_manager or None,
        "package_manager_version": package_manager_version(build),
        "request": detection.get("request"),
        "release": detection.get("release"),
        "warnings": warnings_today(build, advisories),
        "hold": hold_document(read_hold(detection.get("hold"))),
        "source": build.source,
        "builder": build.builder,
        "trigger": build.trigger,
        "steps": [_step_document(step) for step in steps],
        "created_at": instant(build.created_at),
        "started_at": instant(build.started_at),
        "finished_at": instant(build.finished_at),
        "url": f"{public_url}/builds/{build.pk}/",
    }


def warnings_today(build: Build, advisories: list[AdvisoryRow]) -> list[Any]:
    """What the builder was warned of, and the advisories that concern the build's release by now.

    Those of the day of the build give way to today's: some have come since, some were withdrawn.
    """
    kept = [warning for warning in build.warnings if not is_advisory_warning(warning)]
    return kept + advisory_warnings(Version.parse(build.python_version), advisories)


def package_manager_version(build: Build) -> str | None:
    """The version that the builder says it used, else the one that the table named for it."""
    for source in (build.report, build.detection):
        version = source.get("package_manager_version") if isinstance(source, dict) else None
        if isinstance(version, str) and version:
            return version
    return None


def failure_document(build: BuildRow, detection: Mapping[str, object]) -> dict[str, object] | None:
    """Why a build failed: as its detection explained it, when that was the reason, else as the catalogue does."""
    code, detail = build.failure_code, build.failure_detail
    if not code:
        return None
    detected = detection.get("failure")
    if isinstance(detected, dict) and detected.get("code") == code and detected.get("message"):
        return {"blame": "app", "title": code} | detected | {"detail": detail or detected.get("detail")}
    explanation = explain(code, build.facts)
    return {
        "code": code,
        "detail": detail,
        "blame": explanation.blame.value,
        "title": explanation.title,
        "message": explanation.text,
    }


def _step_document(step: StepRow) -> dict[str, object]:
    return {
        "name": step.name,
        "status": step.status.value,
        "exit_code": step.exit_code,
        "started_at": instant(step.started_at),
        "finished_at": instant(step.finished_at),
        "duration_seconds": step.duration_seconds,
        "command": step.command or None,
        "skip_reason": step.skip_reason if step.status is StepStatus.SKIPPED else None,
        "log_size": step.log_size,
    }


def instant(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, as the whole API writes instants."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
