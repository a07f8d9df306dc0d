"""Publishing the content of an older revision again, as a new revision."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from versions.domain.messages import explain
from versions.domain.refusals import Refusal
from versions.pages.acting import actor_of
from versions.pages.change_lines import change_groups
from versions.selectors.impact import impact_counts
from versions.selectors.published import published_table
from versions.selectors.retiring import rollback_preview
from versions.services.publishing import Guard, roll_back


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def rollback(request: HttpRequest, number: int) -> HttpResponse:
    """GET shows what would change; POST does it, if the table is still the one that was looked at."""
    if request.method != "POST":
        return _shown(request, number)
    message = request.POST.get("message", "")
    try:
        guard = Guard(request.POST.get("current", ""))
        revision = roll_back(number=number, message=message.replace("\0", ""), actor=actor_of(request), guard=guard)
    except Refusal as refusal:
        return _shown(request, number, message=message, problem=refusal)
    if revision is None:
        return _shown(request, number, message=message, problem=Refusal("publish::nothing"))
    messages.success(
        request,
        _("Revision %(number)s holds what revision %(old)s held.") % {"number": revision.number, "old": number},
    )
    return HttpResponseRedirect(reverse("versions:revision-detail", args=[revision.number]))


def _shown(request: HttpRequest, number: int, *, message: str = "", problem: Refusal | None = None) -> HttpResponse:
    target, preview = published_table(number), rollback_preview(number)
    explanation = explain(problem.code, problem.facts) if problem else None
    return render(
        request,
        "versions/rollback.html",
        {
            "target": target,
            "current": preview.current,
            "groups": change_groups(preview.changes),
            "impact": impact_counts(preview),
            "impact_query": f"revision={number}",
            "message": message or _("Roll back to revision %(number)s.") % {"number": number},
            "problem": explanation,
        },
        status=(explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if explanation else int(HTTPStatus.OK),
    )
