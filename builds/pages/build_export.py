"""The list of builds as a file, streamed: the same filters, all pages."""

import csv
import json
from collections.abc import Iterator
from io import StringIO

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from builds.pages.build_list import filter_of, usable_query
from builds.selectors.build_documents import instant
from builds.selectors.build_rows import BuildRow, build_rows
from builds.selectors.filters import BuildFilter

ROWS_AT_ONCE = 1000
COLUMNS = (
    "id", "app", "number", "status", "stack", "arch", "python", "requested", "read_from", "package_manager",
    "failure_code", "failure_detail", "created_at", "started_at", "finished_at", "duration_seconds",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def builds_csv(request: HttpRequest) -> StreamingHttpResponse:
    return _file(_csv_lines(_wanted(request)), "text/csv; charset=utf-8", "builds.csv")


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def builds_json(request: HttpRequest) -> StreamingHttpResponse:
    return _file(_json_pieces(_wanted(request)), "application/json", "builds.json")


def _wanted(request: HttpRequest) -> BuildFilter:
    return filter_of(usable_query(request.GET), now=timezone.now())


def _file(pieces: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _rows(wanted: BuildFilter) -> Iterator[BuildRow]:
    place = None
    while True:
        page = build_rows(wanted, before=place, limit=ROWS_AT_ONCE)
        yield from page.rows
        if page.next_place is None:
            return
        place = page.next_place


def _values(row: BuildRow) -> tuple[object, ...]:
    return (
        row.id, row.app, row.number, row.status.value, row.stack, row.arch, row.python_version, row.request_version,
        row.request_origin, row.package_manager, row.failure_code, row.failure_detail, instant(row.created_at),
        instant(row.started_at), instant(row.finished_at), row.duration_seconds,
    )  # fmt: skip


def _csv_lines(wanted: BuildFilter) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in _rows(wanted):
        writer.writerow([_harmless(value) for value in _values(row)])
        if buffer.tell() > 32 * 1024:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _harmless(value: object) -> object:
    """A spreadsheet takes text that begins like a formula for one; details are strangers' words."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _json_pieces(wanted: BuildFilter) -> Iterator[str]:
    separator = "[\n"
    for row in _rows(wanted):
        yield separator + json.dumps(dict(zip(COLUMNS, _values(row), strict=True)))
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
