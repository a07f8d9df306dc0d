"""The apps behind the counts of an impact preview: as a page, as CSV and as JSON."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from builds.domain.impact import Fate
from builds.selectors.impact import AffectedApp, FleetImpact, affected_apps, all_affected_apps, fleet_impact
from versions.selectors.impact import previewed_change

PAGE_ROWS = 50
NEWLY_WARNED = "newly-warned"
COLUMNS = (
    "app",
    "owner",
    "contact",
    "stack",
    "request",
    "origin",
    "last",
    "now",
    "after",
    "fate",
    "failure",
    "warnings",
)


@login_required
@require_safe
def impact(request: HttpRequest) -> HttpResponse:
    """`?fate=` one of Fate, or newly-warned; the rest of the query says which change is previewed."""
    words, name = dict(request.GET.lists()), request.GET.get("fate", "")
    preview = previewed_change({key: [str(word) for word in found] for key, found in words.items()})
    fleet = fleet_impact(preview.current.table, preview.outcome)
    chosen = name if name in {*Fate, NEWLY_WARNED} else Fate.MOVES.value
    rows = affected_apps(
        fleet, _fate(chosen), after=request.GET.get("after", "").replace("\0", ""), limit=PAGE_ROWS + 1
    )
    page = rows[:PAGE_ROWS]
    return render(
        request,
        "builds/impact.html",
        {
            "counts": fleet.counts,
            "chosen": chosen,
            "rows": page,
            "query": _without(request.GET, "fate", "after"),
            "older": f"?{_without(request.GET, 'after')}&after={page[-1].name}" if len(rows) > PAGE_ROWS else "",
            "number": preview.current.number,
        },
    )


@login_required
@require_safe
def impact_csv(request: HttpRequest) -> HttpResponseBase:
    fleet, fates = _asked(request)
    response = StreamingHttpResponse(_csv_lines(fleet, fates), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="impact.csv"'
    return response


@login_required
@require_safe
def impact_json(request: HttpRequest) -> HttpResponse:
    fleet, fates = _asked(request)
    counts = fleet.counts
    return JsonResponse(
        {
            "apps": counts.apps,
            "counts": dict(counts.fates) | {NEWLY_WARNED: counts.newly_warned},
            "results": [
                dict(zip(COLUMNS, _values(app), strict=True))
                for fate in fates
                for app in all_affected_apps(fleet, fate)
            ],
        }
    )


def _asked(request: HttpRequest) -> tuple[FleetImpact, list[Fate | None]]:
    """The impact, and the fates that are listed: the one asked for, or all."""
    words = {key: [str(word) for word in found] for key, found in request.GET.lists()}
    preview = previewed_change(words)
    name = request.GET.get("fate", "")
    fates: list[Fate | None] = [_fate(name)] if name in {*Fate, NEWLY_WARNED} else list(Fate)
    return fleet_impact(preview.current.table, preview.outcome), fates


def _fate(name: str) -> Fate | None:
    return None if name == NEWLY_WARNED else Fate(name)


def _csv_lines(fleet: FleetImpact, fates: list[Fate | None]) -> Iterator[str]:
    yield _csv_line(COLUMNS)
    for fate in fates:
        for app in all_affected_apps(fleet, fate):
            yield _csv_line(tuple(_safe(value) for value in _values(app)))


def _values(app: AffectedApp) -> tuple[str, ...]:
    situation, found = app.situation, app.impact
    asked = (situation.stack, situation.request_version, situation.request_origin, situation.python_version)
    outcome = (found.before, found.after, found.fate.value, found.failure, " ".join(found.new_warnings))
    return (app.name, app.owner, app.contact, *asked, *outcome)


def _safe(value: str) -> str:
    """Spreadsheets run what looks like a formula; owners and requests are strangers' words."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _csv_line(values: tuple[str, ...]) -> str:
    line = StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


def _without(query: QueryDict, *names: str) -> str:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept.urlencode()
