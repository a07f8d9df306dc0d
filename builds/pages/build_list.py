"""The list of builds: filters, tabs, chips, pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from builds.domain.messages import explain
from builds.domain.statuses import BuildStatus
from builds.pages.lines import build_lines
from builds.selectors.build_rows import CappedCount, build_counts, build_rows
from builds.selectors.cursors import cursor_of, place_of
from builds.selectors.filters import BuildFilter, with_apps
from builds.selectors.offers import offers
from builds.selectors.queue_depths import queue_depths
from versions.domain.version import Series, Version

RANGES = {"24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30), "90d": timedelta(days=90)}
TABS = (
    None,
    BuildStatus.SUCCEEDED,
    BuildStatus.FAILED,
    BuildStatus.RUNNING,
    BuildStatus.QUEUED,
    BuildStatus.CANCELLED,
    BuildStatus.LOST,
)
# Parameters in the order of their chips; `status` has tabs instead.
NARROWING = ("q", "app", "stack", "python", "failure", "range")


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    address: str
    count: CappedCount
    is_current: bool


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    address: str  # of the list without this filter


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def build_list(request: HttpRequest) -> HttpResponse:
    query = usable_query(request.GET)
    wanted = with_apps(filter_of(query, now=timezone.now()))
    offered = offers()
    page = build_rows(wanted, before=place_of(query.get("cursor", "")))
    context = {
        "lines": build_lines(page.rows),
        "tabs": _tabs(query, wanted),
        "queue": queue_depths(),
        "chips": _chips(query),
        "query": query,
        "stacks": offered.stacks,
        "series": offered.series,
        "ranges": [(name, _range_label(name)) for name in RANGES],
        "older": _address(query, cursor=cursor_of(page.next_place)) if page.next_place else "",
        "newest": _address(query, cursor="") if query.get("cursor") else "",
        "cleared": _address({"status": query["status"]} if "status" in query else {}),
        "is_narrowed": any(name in query for name in (*NARROWING, "status")),
    }
    return render(request, "builds/build_list.html", context)


def filter_of(query: dict[str, str], *, now: datetime) -> BuildFilter:
    """What the page's parameters ask for; they are usable already."""
    python = query.get("python", "")
    return BuildFilter(
        app=query.get("app", ""),
        app_like=query.get("q", ""),
        stack=query.get("stack", ""),
        status=BuildStatus(query["status"]) if "status" in query else None,
        python=Version.parse(python) or Series.parse(python),
        failure=query.get("failure", ""),
        since=now - RANGES[query["range"]] if "range" in query else None,
    )


def usable_query(sent: QueryDict) -> dict[str, str]:
    """The parameters that mean something. A pasted address with a worn-out filter still shows the list."""
    query = {}
    for name in (*NARROWING, "status", "cursor"):
        value = sent.get(name, "").strip().replace("\0", "")[:200]
        if value and _is_usable(name, value):
            query[name] = value
    return query


def _is_usable(name: str, value: str) -> bool:
    match name:
        case "status":
            return value in set(BuildStatus)
        case "python":
            return bool(Version.parse(value) or Series.parse(value))
        case "range":
            return value in RANGES
        case _:
            return True


def _tabs(query: dict[str, str], wanted: BuildFilter) -> list[Tab]:
    current = query.get("status")
    counts = build_counts(wanted)
    return [
        Tab(
            label=_status_label(status),
            address=_address(query, status=status.value if status else "", cursor=""),
            count=counts[status],
            is_current=(status.value if status else None) == current,
        )
        for status in TABS
    ]


def _chips(query: dict[str, str]) -> list[Chip]:
    return [
        Chip(_chip_label(name, query[name]), _address(query, **{name: "", "cursor": ""}))
        for name in NARROWING
        if name in query
    ]


def _chip_label(name: str, value: str) -> str:
    match name:
        case "q":
            return _("App: contains %(value)s") % {"value": value}
        case "app":
            return _("App: %(value)s") % {"value": value}
        case "stack":
            return _("Stack: %(value)s") % {"value": value}
        case "python":
            return _("Python: %(value)s") % {"value": value}
        case "failure":
            return _("Failure: %(value)s") % {"value": explain(value, {}).title}
        case _:
            return _("Started: %(value)s") % {"value": _range_label(value)}


def _range_label(name: str) -> str:
    labels = {
        "24h": _("Last 24 hours"),
        "7d": _("Last 7 days"),
        "30d": _("Last 30 days"),
        "90d": _("Last 90 days"),
    }
    return labels[name]


def _status_label(status: BuildStatus | None) -> str:
    labels = {
        None: _("All"),
        BuildStatus.SUCCEEDED: _("Succeeded"),
        BuildStatus.FAILED: _("Failed"),
        BuildStatus.RUNNING: _("Running"),
        BuildStatus.QUEUED: _("Queued"),
        BuildStatus.CANCELLED: _("Cancelled"),
        BuildStatus.LOST: _("Lost"),
    }
    return labels[status]


def _address(query: dict[str, str], **changes: str) -> str:
    """The list's address under other parameters; an empty one is left out."""
    changed = QueryDict(mutable=True)
    changed.update({name: value for name, value in {**query, **changes}.items() if value})
    return f"?{changed.urlencode()}" if changed else "?"
