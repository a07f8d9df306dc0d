"""Advisories with the apps that they concern: the list, one of them, and its apps as CSV and as JSON."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from builds.domain.exposure import Remedy
from builds.selectors.exposure import (
    ExposedApp,
    FleetExposure,
    all_exposed_apps,
    exposed_apps,
    fleet_exposure,
    fleet_exposures,
)
from versions.domain.advisories import advisory_document
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.domain.written_lists import marked
from versions.selectors import published_table
from versions.selectors.advisories import AdvisoryRow, advisory_row, advisory_rows, affected_releases

PAGE_ROWS = 50
COLUMNS = (
    "app", "owner", "contact", "stack", "request", "origin", "held_at", "last", "next", "remedy", "fixed_release",
)  # fmt: skip


@login_required
@require_safe
def advisory_list(request: HttpRequest) -> HttpResponse:
    """All advisories, newest first, each with the number of apps that it concerns today."""
    rows, table = advisory_rows(), _table()
    active = [row for row in rows if row.withdrawn_at is None]
    fleets = fleet_exposures(active, table) if table and active else {}
    lines = [(row, fleets.get(row.id)) for row in rows]
    return render(request, "builds/advisory_list.html", {"lines": lines})


@login_required
@require_safe
def advisory_detail(request: HttpRequest, advisory_id: int) -> HttpResponse:
    """One advisory, the published releases that it names, and its apps: `?remedy=` one of Remedy, else all."""
    row, table = advisory_row(advisory_id), _table()
    fleet = _fleet(row, table)
    remedy = _remedy(request)
    apps = exposed_apps(fleet, remedy, after=request.GET.get("after", "").replace("\0", ""), limit=PAGE_ROWS + 1)
    page = apps[:PAGE_ROWS]
    words = {"remedy": remedy.value} if remedy else {}
    context = {
        "row": row,
        "advisory": row.advisory,
        "releases": list(affected_releases(row.advisory, table).items()) if table else [],
        "fleet": fleet,
        "counts": [(found.value, number) for found, number in fleet.counts.items()],
        "chosen": remedy.value if remedy else "",
        "apps": page,
        "export": f"?{urlencode(words)}" if words else "",
        "first": f"?{urlencode(words)}" if "after" in request.GET else "",
        "following": f"?{urlencode({**words, 'after': page[-1].name})}" if len(apps) > PAGE_ROWS else "",
    }
    return render(request, "builds/advisory_detail.html", context)


@login_required
@require_safe
def advisory_csv(request: HttpRequest, advisory_id: int) -> HttpResponseBase:
    row = advisory_row(advisory_id)
    apps = all_exposed_apps(_fleet(row, _table()), _remedy(request))
    response = StreamingHttpResponse(_csv_lines(apps), content_type="text/csv; charset=utf-8")
    return _attached(response, f"{row.advisory.identifier.replace(':', '-')}.csv")


@login_required
@require_safe
def advisory_json(request: HttpRequest, advisory_id: int) -> HttpResponseBase:
    row = advisory_row(advisory_id)
    fleet = _fleet(row, _table())
    head = advisory_document(row.advisory) | {
        "id": row.id,
        "withdrawn": row.withdrawn_at is not None,
        "apps": fleet.total,
        "counts": {remedy.value: number for remedy, number in fleet.counts.items()},
    }
    parts = _json_parts(head, all_exposed_apps(fleet, _remedy(request)))
    response = StreamingHttpResponse(parts, content_type="application/json")
    return _attached(response, f"{row.advisory.identifier.replace(':', '-')}.json")


def _fleet(row: AdvisoryRow, table: Table | None) -> FleetExposure:
    """Nobody, for one that was withdrawn and while nothing is published."""
    return FleetExposure({}, {}) if table is None or row.withdrawn_at else fleet_exposure(row, table)


def _remedy(request: HttpRequest) -> Remedy | None:
    name = request.GET.get("remedy", "")
    return Remedy(name) if name in set(Remedy) else None


def _table() -> Table | None:
    try:
        return published_table().table
    except Refusal:
        return None


def _values(app: ExposedApp) -> tuple[str, ...]:
    situation, found = app.situation, app.exposure
    asked = (situation.stack, situation.request_version, situation.request_origin, situation.held_at)
    outcome = (found.runs, found.upcoming, found.remedy.value, found.fixed_release)
    return (app.name, app.owner, app.contact, *asked, *outcome)


def _csv_lines(apps: Iterable[ExposedApp]) -> Iterator[str]:
    yield _csv_line(COLUMNS)
    for app in apps:
        yield _csv_line([marked(value) for value in _values(app)])


def _csv_line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _json_parts(head: dict[str, object], apps: Iterable[ExposedApp]) -> Iterator[str]:
    """One document, an app at a time, however many there are."""
    yield json.dumps(head)[:-1] + ', "results": ['
    separator = ""
    for app in apps:
        yield separator + json.dumps(dict(zip(COLUMNS, _values(app), strict=True)))
        separator = ",\n"
    yield "]}\n"


def _attached(response: StreamingHttpResponse, name: str) -> StreamingHttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
