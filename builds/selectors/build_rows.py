"""Builds as finished rows for lists, page by page, and counted up to a cap."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from builds.domain.statuses import BuildStatus
from builds.models import Build
from builds.models.build import POSTDEPLOY_FAILURE
from builds.querysets import BuildQuerySet, Place
from builds.selectors.filters import BuildFilter, filtered_builds, with_apps

PAGE_ROWS = 50
BATCH_ROWS = 1000
# As the fields of BuildRow. Values, since making an object of each of fifty builds took longer than fetching them.
_COLUMNS = (
    "pk", "number", "app__name", "stack", "arch", "status", "python_version", "is_python_pinned", "request_version",
    "request_origin", "package_manager", "failure_code", "failure_detail", "created_at", "started_at", "finished_at",
)  # fmt: skip
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
    places = _places(filtered_builds(wanted), before=before, limit=limit)
    values = Build.objects.filter(pk__in=places).newest_first().values_list(*_COLUMNS)
    found = [_row(row) for row in values]
    page = found[:limit]
    return BuildRows(page, Place(page[-1].created_at, page[-1].id) if len(found) > limit else None)


def every_build_row(wanted: BuildFilter) -> Iterator[BuildRow]:
    """All builds that pass, newest first, read in batches as they are taken."""
    wanted = with_apps(wanted)
    place: Place | None = None
    while True:
        page = build_rows(wanted, before=place, limit=BATCH_ROWS)
        yield from page.rows
        if page.next_place is None:
            return
        place = page.next_place


def page_of(
    passing: BuildQuerySet, rows: BuildQuerySet, *, before: Place | None, limit: int
) -> tuple[list[Build], Place | None]:
    """At most `limit` of the builds that pass, newest first after `before`, and where the next page starts.

    The page is looked up in an index alone, whatever the list is narrowed by; its own builds are then read as `rows`.
    """
    places = _places(passing, before=before, limit=limit)
    found = list(rows.filter(pk__in=places).newest_first())
    page = found[:limit]
    return page, Place(page[-1].created_at, page[-1].pk) if len(found) > limit else None


def _row(values: Sequence[Any]) -> BuildRow:
    fields = list(values)
    status = _COLUMNS.index("status")
    fields[status] = BuildStatus(fields[status])
    return BuildRow(*fields)


def _places(passing: BuildQuerySet, *, before: Place | None, limit: int) -> Any:
    """A query for the ids of a page's builds and of the one after it."""
    return (passing.older_than(before) if before else passing).newest_first().values("pk")[: limit + 1]


def build_counts(wanted: BuildFilter) -> dict[BuildStatus | None, CappedCount]:
    """How many builds of each status pass, and under None of all; each counted no further than the cap, in one query.

    The filter's own status is disregarded.
    """
    rows = filtered_builds(replace(wanted, status=None)).order_by()
    parts: list[str] = []
    parameters: list[Any] = []
    for status in BuildStatus:
        if (wanted.failure and not _can_fail(status, wanted.failure)) or rows.query.is_empty():
            continue
        statement, values = rows.filter(status=status).values("pk")[: COUNT_CAP + 1].query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({statement}) AS counted")  # noqa: S608 - Django wrote the statement
        parameters += [status.value, *values]
    numbers = dict.fromkeys(BuildStatus, 0)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), parameters)
            numbers |= {BuildStatus(status): number for status, number in cursor.fetchall()}
    return {None: _capped(sum(numbers.values())), **{status: _capped(number) for status, number in numbers.items()}}


def _capped(number: int) -> CappedCount:
    return CappedCount(min(number, COUNT_CAP), number > COUNT_CAP)


def _can_fail(status: BuildStatus, failure: str) -> bool:
    """Whether the table's constraints let a build of this status carry this failure; if not, nobody need look."""
    ended_badly = status in {BuildStatus.FAILED, BuildStatus.CANCELLED, BuildStatus.LOST}
    return ended_badly or (status is BuildStatus.SUCCEEDED and failure == POSTDEPLOY_FAILURE)


def latest_success(*, app_id: int, before: Place) -> BuildRow | None:
    """The app's last build that succeeded before `before`."""
    rows = Build.objects.filter(app_id=app_id).succeeded().older_than(before)
    build = rows.as_listed().newest_first().first()
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
