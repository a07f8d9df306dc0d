"""Groups of failures: which are wide, and all about one of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from builds.models import Build, FailureGroup
from builds.selectors.build_rows import COUNT_CAP, BuildRow, CappedCount, row_of
from versions.domain.refusals import Refusal

GROUPS_SHOWN = 100
BUILDS_SHOWN = 50
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
class GroupStory:
    """`apps`: (name, builds) among the newest builds, most first. `first_build_id` None once it was pruned."""

    row: GroupRow
    builds: list[BuildRow]
    count: CappedCount
    apps: list[tuple[str, int]]
    first_build_id: int | None


def failure_groups(*, code: str = "") -> list[GroupRow]:
    """The groups that have hit the most apps lately, in one query."""
    rows = FailureGroup.objects.order_by("-recent_apps", "-last_seen_at", "-id")
    if code:
        rows = rows.filter(code=code)
    return [_row(group) for group in rows[:GROUPS_SHOWN]]


def failure_group(*, group_id: int) -> GroupStory:
    """One group in five queries. Raises Refusal `failure-group::unknown`."""
    group = FailureGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise Refusal("failure-group::unknown", id=group_id)
    rows = Build.objects.filter(failure_group=group)
    newest = rows.select_related("app").without_documents().newest_first()[:BUILDS_SHOWN]
    number = rows.order_by()[: COUNT_CAP + 1].count()
    names = Counter(rows.newest_first().values_list("app__name", flat=True)[:APPS_LOOKED_AT])
    return GroupStory(
        row=_row(group),
        builds=[row_of(build) for build in newest],
        count=CappedCount(min(number, COUNT_CAP), number > COUNT_CAP),
        apps=names.most_common(APPS_SHOWN),
        first_build_id=Build.objects.filter(pk=group.first_build_id).values_list("pk", flat=True).first(),
    )


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
