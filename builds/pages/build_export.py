"""The list of builds as a file, streamed: the same filters, all pages."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from builds.pages.build_list import filter_of, usable_query
from builds.pages.list_files import list_file
from builds.selectors.build_documents import instant
from builds.selectors.build_rows import BuildRow, every_build_row

COLUMNS = (
    "id", "app", "number", "status", "stack", "arch", "python", "requested", "read_from", "package_manager",
    "failure_code", "failure_detail", "created_at", "started_at", "finished_at", "duration_seconds",
)  # fmt: skip


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def builds_file(request: HttpRequest, form: str) -> HttpResponseBase:
    wanted = filter_of(usable_query(request.GET), now=timezone.now())
    return list_file("builds", form, COLUMNS, build_values(every_build_row(wanted)))


def build_values(rows: Iterator[BuildRow]) -> Iterator[tuple[object, ...]]:
    """The values of each build's columns."""
    for row in rows:
        yield (
            row.id, row.app, row.number, row.status.value, row.stack, row.arch, row.python_version, row.request_version,
            row.request_origin, row.package_manager, row.failure_code, row.failure_detail, instant(row.created_at),
            instant(row.started_at), instant(row.finished_at), row.duration_seconds,
        )  # fmt: skip
