"""Recording what a builder detected and which release it used."""

from dataclasses import dataclass

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.storable import JsonValue
from builds.models import Build
from builds.services.holding import held_build
from builds.services.last_detections import keep_detection
from versions.domain.version import Version
from versions.selectors import published_table
from versions.selectors.advisories import active_advisories, advisory_warnings, is_advisory_warning


@dataclass(frozen=True, slots=True)
class UsedDetection:
    """The answer of `detect` that a builder used. `document` is the whole of it, the rest are its parts for lists."""

    revision: int | None
    ruleset: str
    package_manager: str
    request_version: str
    request_origin: str
    release: Version | None
    is_pinned: bool | None
    warnings: list[JsonValue]
    document: dict[str, JsonValue]


def record_detection(*, build_id: int, fence: int, detection: UsedDetection, caller: Caller) -> None:
    """Keeps the detection with the build; a later one replaces it, since hooks change files.

    Advisories that concern the release today join its warnings, whatever the builder knew of them.

    Raises Refusal `revision::unknown` when the table it speaks of was never published here, and what `held_build`
    raises.
    """
    if detection.revision is not None:
        published_table(detection.revision)
    release = detection.release
    warnings: list[object] = [warning for warning in detection.warnings if not is_advisory_warning(warning)]
    warnings += advisory_warnings(release, active_advisories())
    with transaction.atomic():
        build, _now = held_build(build_id=build_id, fence=fence, caller=caller)
        Build.objects.filter(pk=build.pk).update(
            revision=detection.revision,
            ruleset=detection.ruleset,
            package_manager=detection.package_manager,
            request_version=detection.request_version,
            request_origin=detection.request_origin,
            python_version=str(release) if release else "",
            python_major=release.major if release else None,
            python_minor=release.minor if release else None,
            python_patch=release.patch if release else None,
            is_python_pinned=detection.is_pinned if release else None,
            warnings=warnings,
            detection=detection.document,
        )
        keep_detection(build_id=build.pk)
