"""Groups of failures: which are wide, and all about one of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count, Max, Min, QuerySet

from builds.models import Build, FailureGroup
from builds.querysets import BuildQuerySet, Place
from builds.selectors.build_rows import COUNT_CAP, PAGE_ROWS, BuildRow, CappedCount, page_of, row_of
from versions.domain.refusals import Refusal
from versions.selectors.published import RevisionRow, revision_row

GROUPS_SHOWN = 100
NOTES_SHOWN = 10
ROWS_AT_ONCE = 1000
APPS_LOOKED_AT = 1000  # of a group's newest builds, to name its apps
APPS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group; its counts are of the last 30 days. `revision` was in force when it was first seen."""

    id: int
    code: str
    line: str
    example: str
    first_seen_at: datetime
    last_seen_at: datetime
    revision: int | None
    recent_builds: int
    recent_apps: int
    note: str
    noted_by: str
    noted_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastNote:
    """A note that stood on a group, or stands there still; an empty one took the note before it away."""

    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GroupStory:
    """`apps`: (name, builds) among the newest builds, most first. `first_build_id` None once it was pruned.

    `change` was published last before the group was first seen; `notes` are newest first.
    """

    row: GroupRow
    builds: list[BuildRow]
    next_place: Place | None
    change: RevisionRow | None
    notes: list[PastNote]
    count: CappedCount
    apps: list[tuple[str, int]]
    first_build_id: int | None


def failure_groups(*, code: str = "") -> list[GroupRow]:
    """The groups that have hit the most apps lately, in one query."""
    return [_row(group) for group in _widest(code)[:GROUPS_SHOWN]]


def every_failure_group(*, code: str = "") -> Iterator[GroupRow]:
    """All groups in the same order, read in batches as they are taken."""
    for group in _widest(code).iterator(chunk_size=ROWS_AT_ONCE):
        yield _row(group)


def _widest(code: str) -> QuerySet[FailureGroup]:
    rows = FailureGroup.objects.order_by("-recent_apps", "-last_seen_at", "-id")
    return rows.filter(code=code) if code else rows


def failure_group(*, group_id: int, before: Place | None = None) -> GroupStory:
    """One group in seven queries, with the page of its builds after `before`. Raises Refusal
    `failure-group::unknown`."""
    group = FailureGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise Refusal("failure-group::unknown", id=group_id)
    rows: BuildQuerySet = Build.objects.filter(failure_group=group)
    builds, next_place = page_of(rows, Build.objects.as_listed(), before=before, limit=PAGE_ROWS)
    number = rows.order_by()[: COUNT_CAP + 1].count()
    names = Counter(rows.newest_first().values_list("app__name", flat=True)[:APPS_LOOKED_AT])
    return GroupStory(
        row=_row(group),
        builds=[row_of(build) for build in builds],
        next_place=next_place,
        change=revision_row(group.revision) if group.revision else None,
        notes=_notes(group_id),
        count=CappedCount(min(number, COUNT_CAP), number > COUNT_CAP),
        apps=names.most_common(APPS_SHOWN),
        first_build_id=Build.objects.filter(pk=group.first_build_id).values_list("pk", flat=True).first(),
    )


def every_group_build(*, group_id: int) -> Iterator[BuildRow]:
    """All builds of a group, newest first, read in batches as they are taken."""
    rows: BuildQuerySet = Build.objects.filter(failure_group_id=group_id)
    place: Place | None = None
    while True:
        builds, place = page_of(rows, Build.objects.as_listed(), before=place, limit=ROWS_AT_ONCE)
        yield from (row_of(build) for build in builds)
        if place is None:
            return


def every_group_app(*, group_id: int) -> Iterator[tuple[str, str, str, int, datetime, datetime]]:
    """(name, owner, contact, builds, first at, last at) of every app that a group has hit, most builds first."""
    rows = Build.objects.filter(failure_group_id=group_id).order_by()
    counted = rows.values_list("app__name", "app__owner", "app__contact").annotate(
        number=Count("pk"), first=Min("created_at"), last=Max("created_at")
    )
    yield from counted.order_by("-number", "app__name").iterator(chunk_size=ROWS_AT_ONCE)


def _notes(group_id: int) -> list[PastNote]:
    """The notes that staff wrote, as the append-only table of events has them."""
    event_model: Any = apps.get_model("builds", "FailureGroupEvent")  # made by pghistory, which types nothing
    events = event_model.objects.filter(pgh_obj_id=group_id, noted_at__isnull=False).order_by("-pgh_id")
    values = events.values_list("note", "noted_by_name", "noted_at")[:NOTES_SHOWN]
    return [PastNote(*value) for value in values]


def group_of_build(*, build_id: int) -> GroupRow | None:
    """The group of a build's failure, None for a build without one."""
    group = FailureGroup.objects.filter(builds=build_id).first()
    return _row(group) if group else None


def _row(group: FailureGroup) -> GroupRow:
    return GroupRow(
        id=group.pk,
        code=group.code,
        line=group.line,
        example=group.example,
        first_seen_at=group.first_seen_at,
        last_seen_at=group.last_seen_at,
        revision=group.revision,
        recent_builds=group.recent_builds,
        recent_apps=group.recent_apps,
        note=group.note,
        noted_by=group.noted_by_name,
        noted_at=group.noted_at,
    )
