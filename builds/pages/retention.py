"""What is kept of history, and what was pruned."""

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from builds.pages.list_files import list_file
from builds.selectors.build_documents import instant
from builds.selectors.retention import RUNS_SHOWN, RunRow, every_retention_run, retention_runs

COLUMNS = (
    "started_at", "finished_at", "dry_run", "keep_days", "keep_builds_an_app", "keep_log_bytes", "too_old", "too_many",
    "too_large", "log_bytes",
)  # fmt: skip


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def retention_list(request: HttpRequest) -> HttpResponse:
    context = {"policy": settings.RETENTION_POLICY, "runs": retention_runs(), "most": RUNS_SHOWN}
    return render(request, "builds/retention_list.html", context)


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def retention_file(_request: HttpRequest, form: str) -> HttpResponseBase:
    return list_file("retention", form, COLUMNS, (_values(run) for run in every_retention_run()))


def _values(run: RunRow) -> tuple[object, ...]:
    return (
        instant(run.started_at), instant(run.finished_at), run.is_dry_run, run.days, run.builds_an_app,
        run.policy_bytes, run.by_age, run.by_number, run.by_size, run.log_bytes,
    )  # fmt: skip
