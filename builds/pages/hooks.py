"""The hooks of one app, as a ledger."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from builds.domain.hooks import HOOK_LIMIT_SECONDS
from builds.pages.step_parts import step_title
from builds.selectors.app_rows import app_row
from builds.selectors.hook_ledger import BUILDS_LOOKED_AT, hook_ledgers

RUNS_SHOWN = 50


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
        "builds": BUILDS_LOOKED_AT,
    }
    return render(request, "builds/hook_ledger.html", context)
