"""Asking a build to stop."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from builds.domain.messages import explain
from builds.domain.statuses import BuildStatus
from builds.pages.acting import caller_of
from builds.selectors.build_story import build_story
from builds.services import request_cancel
from versions.domain.refusals import Refusal


@login_required
@permission_required("builds.cancel_build", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def build_cancel(request: HttpRequest, build_id: int) -> HttpResponse:
    """GET asks whether it is meant; POST does it. A build that is over meanwhile is shown as it ended."""
    story = build_story(build_id=build_id)
    address = reverse("builds:build-detail", args=[build_id])
    if request.method != "POST":
        if story.row.status.is_over:
            return HttpResponseRedirect(address)
        return render(request, "builds/build_cancel.html", {"story": story, "row": story.row})
    try:
        left_as = request_cancel(build_id=build_id, caller=caller_of(request))
    except Refusal as refusal:
        explanation = explain(refusal.code, refusal.facts)
        messages.warning(request, f"{explanation.title}. {explanation.text}")
        return HttpResponseRedirect(address)
    if left_as is BuildStatus.CANCELLED:
        messages.success(request, _("The build is cancelled; no builder had taken it yet."))
    else:
        messages.success(request, _("The build is asked to stop."))
    return HttpResponseRedirect(address)
