"""The hooks of one app, as a ledger, and every run of them as a file."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from builds.domain.hooks import HOOK_LIMIT_SECONDS
from builds.pages.build_detail import READ_LOGS
from builds.pages.list_files import list_file
from builds.pages.step_parts import step_title
from builds.selectors.app_rows import app_row
from builds.selectors.build_documents import instant
from builds.selectors.hook_ledger import BUILDS_LOOKED_AT, HookRun, every_hook_run, hook_ledgers

RUNS_SHOWN = 25
NEAR_LIMIT_PERCENT = 80
COLUMNS = (
    "build", "number", "hook", "status", "exit_code", "duration_seconds", "limit_seconds", "skip_reason", "log_size",
    "created_at",
)  # fmt: skip


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def hook_ledger(request: HttpRequest, name: str) -> HttpResponse:
    app = app_row(name=name.replace("\0", ""))
    ledgers = [
        (step_title(ledger.name), ledger, ledger.runs[:RUNS_SHOWN]) for ledger in hook_ledgers(app_name=app.name)
    ]
    context = {
        "app": app,
        "ledgers": ledgers,
        "limit_seconds": HOOK_LIMIT_SECONDS,
        "near_limit": NEAR_LIMIT_PERCENT,
        "builds": BUILDS_LOOKED_AT,
        "runs_shown": RUNS_SHOWN,
        "can_read_logs": request.user.has_perm(READ_LOGS),
    }
    return render(request, "builds/hook_ledger.html", context)


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def hooks_file(_request: HttpRequest, name: str, form: str) -> HttpResponseBase:
    """Every run of the app's hooks, not only the latest ones."""
    app = app_row(name=name.replace("\0", ""))
    rows = (_values(run) for run in every_hook_run(app_name=app.name))
    return list_file(f"{app.name}-hooks", form, COLUMNS, rows)


def _values(run: HookRun) -> tuple[object, ...]:
    return (
        run.build_id, run.build_number, run.name.value, run.status.value, run.exit_code, run.duration_seconds,
        run.limit_seconds, run.skip_reason, run.log_size, instant(run.created_at),
    )  # fmt: skip
