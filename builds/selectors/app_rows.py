"""Apps as finished rows, each with its latest build."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, Subquery

from builds.models import App, AppHold, Build
from builds.querysets import AppQuerySet
from builds.selectors.build_rows import BuildRow, row_of
from builds.selectors.holds import holds_in_force
from versions.domain.refusals import Refusal
from versions.domain.resolution import Hold
from versions.domain.version import Series

PAGE_ROWS = 50
BATCH_ROWS = 1000


@dataclass(frozen=True, slots=True)
class AppFilter:
    """Every field narrows the list; its default lets everything through.

    `name_like` and `owner_like` are parts, `series` is that of the app's latest build, `stacks` are those that a token
    is for: with them, apps that have built on one of them.
    """

    name_like: str = ""
    owner_like: str = ""
    series: Series | None = None
    is_active: bool | None = None
    is_held: bool | None = None
    stacks: tuple[str, ...] = ()

    @property
    def is_narrowing(self) -> bool:
        return replace(self, stacks=()) != AppFilter()


@dataclass(frozen=True, slots=True)
class AppRow:
    """An app's registry entry, its latest build (None before the first) and what holds it today."""

    id: int
    name: str
    owner: str
    contact: str
    url: str
    is_active: bool
    build_count: int
    latest: BuildRow | None
    hold: Hold | None


@dataclass(frozen=True, slots=True)
class AppRows:
    """A page of apps by name. `next_name` is the last name shown when more follow, else None."""

    rows: list[AppRow]
    next_name: str | None


def app_rows(wanted: AppFilter, *, after: str = "", limit: int = PAGE_ROWS) -> AppRows:
    """Apps whose names come after `after`, in three queries."""
    builds = Build.objects.on_stacks(wanted.stacks).filter(app=OuterRef("pk")).newest_first()
    latest = {"latest_id": Subquery(builds.values("pk")[:1])}
    apps = _filtered(App.objects.filter(name__gt=after).annotate(**latest).order_by("name"), wanted)
    if wanted.stacks:
        apps = apps.filter(Exists(builds))
    found = list(apps[: limit + 1])
    page = found[:limit]
    builds_by_id = _rows_by_id([app.latest_id for app in page if app.latest_id])
    holds = holds_in_force([app.pk for app in page])
    rows = [_row(app, builds_by_id.get(app.latest_id or 0), holds.get(app.pk)) for app in page]
    return AppRows(rows, page[-1].name if len(found) > limit else None)


def every_app_row(wanted: AppFilter) -> Iterator[AppRow]:
    """All apps that pass, by name, read in batches as they are taken."""
    after: str | None = ""
    while after is not None:
        page = app_rows(wanted, after=after, limit=BATCH_ROWS)
        yield from page.rows
        after = page.next_name


def app_row(*, name: str, stacks: tuple[str, ...] = ()) -> AppRow:
    """One app. Raises Refusal `app::unknown`, also when it never built on one of `stacks`."""
    app = App.objects.filter(name=name).first()
    if app is None:
        raise Refusal("app::unknown", app=name)
    builds = Build.objects.on_stacks(stacks).filter(app=app).as_listed()
    latest = builds.newest_first().first()
    if stacks and latest is None:
        raise Refusal("app::unknown", app=name)
    return _row(app, row_of(latest) if latest else None, holds_in_force([app.pk]).get(app.pk))


def _filtered(apps: AppQuerySet, wanted: AppFilter) -> AppQuerySet:
    if wanted.name_like:
        apps = apps.named_like(wanted.name_like)
    if wanted.owner_like:
        apps = apps.filter(owner__icontains=wanted.owner_like)
    if wanted.is_active is not None:
        apps = apps.filter(is_active=wanted.is_active)
    if wanted.is_held is not None:
        is_held = Exists(AppHold.objects.in_force().filter(app=OuterRef("pk")))
        apps = apps.filter(is_held) if wanted.is_held else apps.exclude(is_held)
    if wanted.series is not None:
        apps = apps.filter(Exists(Build.objects.filter(pk=OuterRef("latest_id")).on_python(wanted.series)))
    return apps


def _rows_by_id(build_ids: list[int]) -> dict[int, BuildRow]:
    builds = Build.objects.filter(pk__in=build_ids).as_listed()
    return {build.pk: row_of(build) for build in builds}


def _row(app: App, latest: BuildRow | None, hold: Hold | None) -> AppRow:
    return AppRow(
        id=app.pk,
        name=app.name,
        owner=app.owner,
        contact=app.contact,
        url=app.url,
        is_active=app.is_active,
        build_count=app.last_build_number,
        latest=latest,
        hold=hold,
    )
