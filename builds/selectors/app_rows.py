"""Apps as finished rows, each with its latest build."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery

from builds.models import App, Build
from builds.selectors.build_rows import BuildRow, row_of
from versions.domain.refusals import Refusal

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class AppRow:
    """An app's registry entry and its latest build, None before the first."""

    id: int
    name: str
    owner: str
    contact: str
    url: str
    is_active: bool
    build_count: int
    latest: BuildRow | None


@dataclass(frozen=True, slots=True)
class AppRows:
    """A page of apps by name. `next_name` is the last name shown when more follow, else None."""

    rows: list[AppRow]
    next_name: str | None


def app_rows(*, after: str = "", name_like: str = "", stacks: tuple[str, ...] = (), limit: int = PAGE_ROWS) -> AppRows:
    """Apps whose names come after `after`, in two queries. With `stacks`, the apps that have built on one of them."""
    builds = Build.objects.on_stacks(stacks).filter(app=OuterRef("pk")).newest_first()
    latest = {"latest_id": Subquery(builds.values("pk")[:1])}
    apps = App.objects.filter(name__gt=after).annotate(**latest).order_by("name")
    if name_like:
        apps = apps.named_like(name_like)
    if stacks:
        apps = apps.filter(Exists(builds))
    found = list(apps[: limit + 1])
    page = found[:limit]
    builds_by_id = _rows_by_id([app.latest_id for app in page if app.latest_id])
    return AppRows(
        [_row(app, builds_by_id.get(app.latest_id or 0)) for app in page], page[-1].name if len(found) > limit else None
    )


def app_row(*, name: str, stacks: tuple[str, ...] = ()) -> AppRow:
    """One app. Raises Refusal `app::unknown`, also when it never built on one of `stacks`."""
    app = App.objects.filter(name=name).first()
    if app is None:
        raise Refusal("app::unknown", app=name)
    builds = Build.objects.on_stacks(stacks).filter(app=app).select_related("app").without_documents()
    latest = builds.newest_first().first()
    if stacks and latest is None:
        raise Refusal("app::unknown", app=name)
    return _row(app, row_of(latest) if latest else None)


def _rows_by_id(build_ids: list[int]) -> dict[int, BuildRow]:
    builds = Build.objects.filter(pk__in=build_ids).select_related("app").without_documents()
    return {build.pk: row_of(build) for build in builds}


def _row(app: App, latest: BuildRow | None) -> AppRow:
    return AppRow(
        id=app.pk,
        name=app.name,
        owner=app.owner,
        contact=app.contact,
        url=app.url,
        is_active=app.is_active,
        build_count=app.last_build_number,
        latest=latest,
    )
