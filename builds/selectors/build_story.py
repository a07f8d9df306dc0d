"""All that the page of one build tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from builds.models import Build
from builds.querysets import Place
from builds.selectors.build_documents import failure_document, package_manager_version, warnings_today
from builds.selectors.build_rows import BuildRow, latest_success, row_of
from builds.selectors.step_rows import StepRow, step_rows
from versions.domain.refusals import Refusal
from versions.selectors.advisories import active_advisories


@dataclass(frozen=True, slots=True)
class BuildStory:
    """A build with its steps. `detection` and `failure` are documents as in the API; `last_success` is for failures."""

    row: BuildRow
    arch: str
    ruleset: str
    package_manager_version: str | None
    revision: int | None
    source: Mapping[str, str]
    builder: Mapping[str, str]
    trigger: str
    requested_by: str
    cancel_requested_at: datetime | None
    cancel_requested_by: str
    is_leased: bool
    detection: Mapping[str, object]
    warnings: list[Mapping[str, str]]
    failure: Mapping[str, object] | None
    last_success: BuildRow | None
    previous_id: int | None
    steps: list[StepRow]


def build_story(*, build_id: int) -> BuildStory:
    """One build in at most five queries. Raises Refusal `build::unknown`."""
    build = Build.objects.select_related("app").filter(pk=build_id).first()
    if build is None:
        raise Refusal("build::unknown", id=build_id)
    place = Place(build.created_at, build.pk)
    detection = build.detection or {}
    previous = Build.objects.filter(app_id=build.app_id).older_than(place).newest_first()
    return BuildStory(
        row=row_of(build),
        arch=build.arch,
        ruleset=build.ruleset,
        package_manager_version=package_manager_version(build),
        revision=build.revision,
        source=build.source,
        builder=build.builder,
        trigger=build.trigger,
        requested_by=build.requested_by_name,
        cancel_requested_at=build.cancel_requested_at,
        cancel_requested_by=build.cancel_requested_by_name,
        is_leased=build.lease_expires_at is not None,
        detection=detection,
        warnings=warnings_today(build, active_advisories()),
        failure=failure_document(row_of(build), detection),
        last_success=latest_success(app_id=build.app_id, before=place) if build.failure_code else None,
        previous_id=previous.values_list("pk", flat=True).first(),
        steps=step_rows([build.pk])[build.pk],
    )
