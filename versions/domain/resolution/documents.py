"""The JSON form of a resolution and of its parts (contract, section 3)."""

from versions.domain.document import artifact_document
from versions.domain.messages import explain
from versions.domain.messages.explanation import Explanation
from versions.domain.resolution.outcomes import outcome_facts
from versions.domain.resolution.requests import Request
from versions.domain.resolution.resolving import Resolution, ResolvedRelease


def resolution_document(resolution: Resolution, *, revision: int | None) -> dict[str, object]:
    """The answer of `/api/v1/resolve` to one request."""
    failure = resolution.failure
    return {
        "revision": revision,
        "ruleset": resolution.ruleset.value if resolution.ruleset else None,
        "request": request_document(resolution.request),
        "release": release_document(resolution.release),
        "failure": None
        if failure is None
        else failure_document(explain(failure.code, outcome_facts(failure)), failure.detail),
        "warnings": [
            warning_document(explain(warning.code, outcome_facts(warning))) for warning in resolution.warnings
        ],
    }


def request_document(request: Request | None) -> dict[str, object] | None:
    return None if request is None else {"version": request.version, "origin": request.origin}


def release_document(release: ResolvedRelease | None) -> dict[str, object] | None:
    if release is None:
        return None
    return {
        "version": str(release.version),
        "pinned": release.is_pinned,
        "outdated": release.is_outdated,
        "artifact": None if release.artifact is None else artifact_document(release.artifact),
    }


def failure_document(explanation: Explanation, detail: str | None) -> dict[str, object]:
    """`detail` is the machine's short text, which some failures don't have."""
    return {
        "code": explanation.code,
        "detail": detail,
        "blame": explanation.blame.value,
        "title": explanation.title,
        "message": f"{explanation.text} {explanation.advice}",
    }


def warning_document(explanation: Explanation) -> dict[str, object]:
    return {
        "code": explanation.code,
        "title": explanation.title,
        "message": f"{explanation.text} {explanation.advice}",
    }
