"""Importing a list of apps: choose a file, look at what changes, take it over."""

import io
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from builds.domain.app_lists import COLUMNS, read_app_list
from builds.domain.messages import explain
from builds.pages.acting import user_id_of
from builds.selectors.app_imports import planned_import
from builds.services import import_apps
from builds.services.kept_uploads import drop_upload, keep_upload, kept_upload
from versions.domain.refusals import Refusal

WRITE = ["builds.add_app", "builds.change_app"]


@login_required
@permission_required(WRITE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def app_import(request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST keeps it and leads on to its preview. Nothing is changed."""
    upload = request.FILES.get("file") if request.method == "POST" else None
    if upload is None:
        is_missing = request.method == "POST"
        context = {"columns": COLUMNS, "is_missing": is_missing}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_missing else HTTPStatus.OK
        return render(request, "builds/app_import.html", context, status=int(status))
    key = keep_upload(content=upload.read(), user_id=user_id_of(request))
    return HttpResponseRedirect(reverse("builds:app-import-preview", args=[key]))


@login_required
@permission_required(WRITE, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def app_import_preview(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows what the kept list changes and which of its lines are wrong; POST takes it over as it was shown."""
    user_id = user_id_of(request)
    try:
        content = kept_upload(key=key, user_id=user_id)
        if request.method != "POST":
            return _shown(request, content)
        lines = read_app_list(io.BytesIO(content))
        # An empty digest would mean that no preview was looked at.
        outcome = import_apps(lines=lines, expected_digest=request.POST.get("digest") or "none")
    except Refusal as refusal:
        if refusal.code == "apps::upload-gone":
            return _gone(request, refusal)
        return _shown(request, content, problem=refusal)
    drop_upload(key=key, user_id=user_id)
    if outcome.change_count:
        text = ngettext("%(count)d app is taken over.", "%(count)d apps are taken over.", outcome.change_count)
        messages.success(request, text % {"count": outcome.change_count})
    else:
        messages.info(request, _("The list changed nothing."))
    return HttpResponseRedirect(reverse("builds:app-list"))


def _gone(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    explanation = explain(refusal.code, refusal.facts)
    context = {"columns": COLUMNS, "problem": explanation}
    return render(request, "builds/app_import.html", context, status=explanation.status)


def _shown(request: HttpRequest, content: bytes, *, problem: Refusal | None = None) -> HttpResponse:
    explanation = explain(problem.code, problem.facts) if problem else None
    plan = planned_import(read_app_list(io.BytesIO(content)))
    context = {
        "plan": plan,
        "problem": explanation,
        "faults_left_out": plan.fault_count - len(plan.faults),
        "changes_left_out": plan.change_count - len(plan.changes),
    }
    status = explanation.status if explanation else int(HTTPStatus.OK)
    return render(request, "builds/app_import_preview.html", context, status=status)
