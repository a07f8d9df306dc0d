"""Builds as finished rows for lists, page by page, and counted up to a cap."""

from dataclasses import dataclass
from datetime import datetime

from builds.domain.statuses import BuildStatus
from builds.models import Build
from builds.models.build import POSTDEPLOY_FAILURE
from builds.querysets import BuildQuerySet, Place
from builds.selectors.filters import BuildFilter, filtered_builds

PAGE_ROWS = 50
COUNT_CAP = 1000  # an exact figure beyond it would cost a walk over the whole index and tell nobody more


@dataclass(frozen=True, slots=True)
class BuildRow:
    """One build as a list shows it."""

    id: int
    number: int
    app: str
    stack: str
    arch: str
    status: BuildStatus
    python_version: str
    is_pinned: bool | None
    request_version: str
    request_origin: str
    package_manager: str
    failure_code: str
    failure_detail: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def duration_seconds(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def facts(self) -> dict[str, object]:
        """What the texts about its failure may speak of."""
        return {
            "app": self.app,
            "stack": self.stack,
            "arch": self.arch,
            "version": self.python_version or self.request_version,
            "origin": self.request_origin,
            "detail": self.failure_detail,
        }


@dataclass(frozen=True, slots=True)
class BuildRows:
    """A page of builds, newest first. `next_place` is where the following page starts, None on the last one."""

    rows: list[BuildRow]
    next_place: Place | None


@dataclass(frozen=True, slots=True)
class CappedCount:
    """A number of builds; `is_capped` when there are more than that."""

    number: int
    is_capped: bool


def build_rows(wanted: BuildFilter, *, before: Place | None = None, limit: int = PAGE_ROWS) -> BuildRows:
    """The page of builds after `before`, in one query."""
    builds, next_place = page_of(filtered_builds(wanted).without_documents(), before=before, limit=limit)
    return BuildRows([row_of(build) for build in builds], next_place)


def page_of(builds: BuildQuerySet, *, before: Place | None, limit: int) -> tuple[list[Build], Place | None]:
    """At most `limit` builds with their apps, newest first after `before`, and where the next page starts."""
    rows = builds.select_related("app").newest_first()
    found = list((rows.older_than(before) if before else rows)[: limit + 1])
    page = found[:limit]
    return page, Place(page[-1].created_at, page[-1].pk) if len(found) > limit else None


def build_count(wanted: BuildFilter) -> CappedCount:
    """How many builds pass, counted no further than the cap."""
    if wanted.failure and wanted.status is not None and not _can_fail(wanted.status, wanted.failure):
        return CappedCount(0, is_capped=False)
    number = filtered_builds(wanted).order_by()[: COUNT_CAP + 1].count()
    return CappedCount(min(number, COUNT_CAP), number > COUNT_CAP)


def _can_fail(status: BuildStatus, failure: str) -> bool:
    """Whether the table's constraints let a build of this status carry this failure; if not, nobody need look."""
    ended_badly = status in {BuildStatus.FAILED, BuildStatus.CANCELLED, BuildStatus.LOST}
    return ended_badly or (status is BuildStatus.SUCCEEDED and failure == POSTDEPLOY_FAILURE)


def latest_success(*, app_id: int, before: Place) -> BuildRow | None:
    """The app's last build that succeeded before `before`."""
    rows = Build.objects.filter(app_id=app_id).succeeded().older_than(before).without_documents()
    build = rows.select_related("app").newest_first().first()
    return row_of(build) if build else None


def row_of(build: Build) -> BuildRow:
    return BuildRow(
        id=build.pk,
        number=build.number,
        app=build.app.name,
        stack=build.stack,
        arch=build.arch,
        status=BuildStatus(build.status),
        python_version=build.python_version,
        is_pinned=build.is_python_pinned,
        request_version=build.request_version,
        request_origin=build.request_origin,
        package_manager=build.package_manager,
        failure_code=build.failure_code,
        failure_detail=build.failure_detail,
        created_at=build.created_at,
        started_at=build.started_at,
        finished_at=build.finished_at,
    )
