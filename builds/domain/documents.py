"""The JSON form of a detection (contract, section 3)."""

from collections.abc import Sequence

from builds.domain.detection import Detection
from builds.domain.hold import hold_document
from builds.domain.messages import explain
from builds.domain.messages.traces import trace_text
from builds.domain.outcomes import DetectionFailure, DetectionWarning
from builds.domain.trace import TraceEntry
from versions.domain.resolution import (
    failure_document,
    outcome_facts,
    release_document,
    request_document,
    warning_document,
)


def detection_document(
    detection: Detection, *, is_explained: bool = False, advisories: Sequence[dict[str, object]] = ()
) -> dict[str, object]:
    """The answer of `POST /api/v1/detect`; with `is_explained` also what was looked at, under `trace`.

    For what is no Python app everything but `detected` is null or empty. `advisories`: warnings about the release that
    only the portal knows; they change from day to day and therefore stand beside `warnings`.
    """
    is_detected = detection.is_detected
    document: dict[str, object] = {
        "revision": detection.revision if is_detected else None,
        "ruleset": detection.ruleset.value if is_detected else None,
        "detected": is_detected,
        "package_manager": detection.package_manager.value if detection.package_manager else None,
        "request": request_document(detection.request),
        "release": release_document(detection.release),
        "failure": _failure(detection.failure),
        "warnings": [_warning(warning) for warning in detection.warnings],
        "install_commands": [list(command) for command in detection.install_commands],
        "package_manager_version": detection.package_manager_version,
        "hold": hold_document(detection.hold),
        "advisories": list(advisories),
    }
    if is_explained:
        document["trace"] = [_trace_entry(entry) for entry in detection.trace]
    return document


def _failure(failure: DetectionFailure | None) -> dict[str, object] | None:
    if failure is None:
        return None
    return failure_document(explain(failure.code, outcome_facts(failure)), failure.detail)


def _warning(warning: DetectionWarning) -> dict[str, object]:
    return warning_document(explain(warning.code, outcome_facts(warning)))


def _trace_entry(entry: TraceEntry) -> dict[str, object]:
    return {
        "subject": entry.subject,
        "verdict": entry.verdict.value,
        "reason": entry.reason.value,
        "text": trace_text(entry),
        "facts": dict(entry.facts),
    }
