"""The list of apps, on a page and as CSV."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from builds.domain.app_lists import written_rows
from builds.pages.lines import build_line
from builds.pages.list_files import list_file
from builds.selectors.app_documents import app_cells
from builds.selectors.app_rows import AppFilter, AppRow, app_rows, every_app_row
from builds.selectors.build_documents import instant
from builds.selectors.offers import offers
from versions.domain.version import Series

PARAMETERS = ("q", "owner", "series", "state")
STATES = {"active": True, "dormant": False}
JSON_COLUMNS = (
    "name", "owner", "contact", "url", "active", "builds", "python", "stack", "latest_build", "status", "built_at",
)  # fmt: skip
HELD = "held"


@dataclass(frozen=True, slots=True)
class StateChoice:
    value: str
    label: str


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def app_list(request: HttpRequest) -> HttpResponse:
    query = _usable(request.GET)
    after = request.GET.get("after", "").replace("\0", "")[:63]
    wanted = _filter(query)
    page = app_rows(wanted, after=after)
    context = {
        "apps": [(app, build_line(app.latest) if app.latest else None) for app in page.rows],
        "query": query,
        "series": offers().series,
        "states": [
            StateChoice("active", _("Active")),
            StateChoice("dormant", _("Dormant")),
            StateChoice(HELD, _("Held")),
        ],
        "is_narrowed": wanted.is_narrowing,
        "export": f"?{urlencode(query)}" if query else "",
        "first": f"?{urlencode(query)}" if after else "",
        "following": f"?{urlencode({**query, 'after': page.next_name})}" if page.next_name else "",
        "can_edit": request.user.has_perm("builds.change_app"),
    }
    return render(request, "builds/app_list.html", context)


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def app_export(request: HttpRequest) -> HttpResponseBase:
    """The same apps as CSV, under the same filters, however many; it can be imported again."""
    apps = every_app_row(_filter(_usable(request.GET)))
    rows = written_rows(app_cells(app) for app in apps)
    response = StreamingHttpResponse((line.encode() for line in rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="apps.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def app_export_json(request: HttpRequest) -> HttpResponseBase:
    """The same apps for programs."""
    rows = (_values(app) for app in every_app_row(_filter(_usable(request.GET))))
    return list_file("apps", "json", JSON_COLUMNS, rows)


def _values(app: AppRow) -> tuple[object, ...]:
    latest = app.latest
    return (
        app.name, app.owner, app.contact, app.url, app.is_active, app.build_count,
        latest.python_version or None if latest else None, latest.stack if latest else None,
        latest.id if latest else None, latest.status.value if latest else None,
        instant(latest.created_at) if latest else None,
    )  # fmt: skip


def _usable(sent: QueryDict) -> dict[str, str]:
    """The parameters that mean something. A pasted address with a worn-out filter still shows the list."""
    query = {name: sent.get(name, "").strip().replace("\0", "")[:200] for name in PARAMETERS}
    if query["state"] not in {*STATES, HELD}:
        query["state"] = ""
    if Series.parse(query["series"]) is None:
        query["series"] = ""
    return {name: value for name, value in query.items() if value}


def _filter(query: dict[str, str]) -> AppFilter:
    return AppFilter(
        name_like=query.get("q", ""),
        owner_like=query.get("owner", ""),
        series=Series.parse(query.get("series", "")),
        is_active=STATES.get(query.get("state", "")),
        is_held=True if query.get("state") == HELD else None,
    )
