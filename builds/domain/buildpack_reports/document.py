"""A buildpack's detection as the document that builds keep (contract, section 3)."""

from builds.domain.buildpack_reports.fitting import Oddity
from builds.domain.buildpack_reports.reading import ReportedBuild
from builds.domain.messages import explain
from builds.domain.storable import JsonValue


def detection_document(reported: ReportedBuild) -> dict[str, JsonValue]:
    """As far as the buildpack told: it has its own table and its own rules, so no revision and no ruleset."""
    version = reported.python_version
    request: JsonValue = None
    if reported.request_version or reported.request_origin:
        request = {"version": reported.request_version, "origin": reported.request_origin}
    release: JsonValue = None
    if version is not None:
        release = {
            "version": str(version),
            "pinned": bool(reported.is_pinned),
            "outdated": reported.is_outdated,
            "artifact": None,
        }
    return {
        "revision": None,
        "ruleset": None,
        "detected": True,
        "package_manager": reported.package_manager or None,
        "request": request,
        "release": release,
        "warnings": [oddity_document(oddity) for oddity in reported.oddities],
    }


def oddity_document(oddity: Oddity) -> JsonValue:
    """An oddity as a build's warning."""
    explanation = explain(oddity.code, {"version": oddity.version, "stack": oddity.stack})
    return {
        "code": oddity.code,
        "title": explanation.title,
        "message": f"{explanation.text} {explanation.advice}",
    }
