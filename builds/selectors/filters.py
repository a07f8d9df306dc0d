"""Which builds a list shows."""

from dataclasses import dataclass, replace
from datetime import datetime

from builds.domain.statuses import BuildStatus
from builds.models import App, Build
from builds.querysets import BuildQuerySet
from versions.domain.version import Series, Version

MOST_APPS = 2000  # listed by their ids; beyond it a part of a name says little, and a page is found at once


@dataclass(frozen=True, slots=True)
class BuildFilter:
    """Every field narrows the list; its default lets everything through.

    `stacks` are those that a token is for, `app_like` is a part of the app's name, `app_ids` what `with_apps` found for
    both. `since` is included, `until` is not.
    """

    app: str = ""
    app_like: str = ""
    app_ids: tuple[int, ...] | None = None
    stack: str = ""
    stacks: tuple[str, ...] = ()
    status: BuildStatus | None = None
    python: Series | Version | None = None
    failure: str = ""
    since: datetime | None = None
    until: datetime | None = None


def with_apps(wanted: BuildFilter) -> BuildFilter:
    """The filter with the apps that it names looked up, in one query at most.

    A page asks for its rows and its counts under one filter. Knowing the apps, the database goes to their builds
    instead of walking through everybody's; where very many share the part of a name, walking is quicker.
    """
    if wanted.app_ids is not None or not (wanted.app or wanted.app_like):
        return wanted
    apps = App.objects.order_by()
    apps = apps.filter(name=wanted.app) if wanted.app else apps
    apps = apps.named_like(wanted.app_like) if wanted.app_like else apps
    found = tuple(apps.values_list("pk", flat=True)[: MOST_APPS + 1])
    return wanted if len(found) > MOST_APPS and not wanted.app else replace(wanted, app_ids=found)


def filtered_builds(wanted: BuildFilter) -> BuildQuerySet:
    wanted = with_apps(wanted)
    rows: BuildQuerySet = Build.objects.on_stacks(wanted.stacks)
    if wanted.app_ids is not None:
        rows = rows.of_apps(wanted.app_ids)
    elif wanted.app_like:
        rows = rows.filter(app__in=App.objects.named_like(wanted.app_like))
    if wanted.stack:
        rows = rows.filter(stack=wanted.stack)
    if wanted.status is not None:
        rows = rows.filter(status=wanted.status)
    if wanted.python is not None:
        rows = rows.on_python(wanted.python)
    if wanted.failure:
        rows = rows.filter(failure_code=wanted.failure)
    if wanted.since is not None:
        rows = rows.filter(created_at__gte=wanted.since)
    return rows if wanted.until is None else rows.filter(created_at__lt=wanted.until)
