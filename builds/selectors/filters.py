"""Which builds a list shows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Subquery

from builds.domain.statuses import BuildStatus
from builds.models import App, Build
from builds.querysets import BuildQuerySet
from versions.domain.version import Series, Version


@dataclass(frozen=True, slots=True)
class BuildFilter:
    """Every field narrows the list; its default lets everything through.

    `stacks` are those that a token is for, `app_like` is a part of the app's name. `since` is included, `until` is not.
    """

    app: str = ""
    app_like: str = ""
    stack: str = ""
    stacks: tuple[str, ...] = ()
    status: BuildStatus | None = None
    python: Series | Version | None = None
    failure: str = ""
    since: datetime | None = None
    until: datetime | None = None


def filtered_builds(wanted: BuildFilter) -> BuildQuerySet:
    rows: BuildQuerySet = Build.objects.on_stacks(wanted.stacks)
    if wanted.app:
        rows = rows.filter(app_id=Subquery(App.objects.filter(name=wanted.app).values("pk")[:1]))
    if wanted.app_like:
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
