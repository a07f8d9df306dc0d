"""A second pair of eyes: a proposal's page, approving or declining it, and which stacks ask for that."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from versions.domain.messages import explain
from versions.domain.refusals import Refusal
from versions.pages.acting import actor_of
from versions.pages.change_lines import change_groups
from versions.selectors.impact import impact_counts
from versions.selectors.proposals import ProposalRow, found_proposal
from versions.selectors.publishing import PublishPreview, publish_preview
from versions.selectors.verified import unverified_releases
from versions.services.approving import approve_proposal, decline_proposal, set_approval_rule

REASON_CHARACTERS = 2000


@login_required
@require_safe
def proposal_detail(request: HttpRequest, number: int) -> HttpResponse:
    return _shown(request, number)


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_POST
def proposal_approve(request: HttpRequest, number: int) -> HttpResponse:
    try:
        revision = approve_proposal(number=number, actor=actor_of(request))
    except Refusal as refusal:
        return _shown(request, number, problem=refusal)
    messages.success(
        request, _("Published as revision %(number)s. Builders get it from now on.") % {"number": revision.number}
    )
    return HttpResponseRedirect(reverse("versions:revision-detail", args=[revision.number]))


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_POST
def proposal_decline(request: HttpRequest, number: int) -> HttpResponse:
    reason = request.POST.get("reason", "").replace("\0", "")[:REASON_CHARACTERS]
    try:
        decline_proposal(number=number, reason=reason, actor=actor_of(request))
    except Refusal as refusal:
        return _shown(request, number, problem=refusal)
    messages.success(request, _("The proposal is declined. The edits stay pending."))
    return HttpResponseRedirect(reverse("versions:pending"))


@login_required
@permission_required("versions.set_approval", raise_exception=True)
@require_POST
def approval_rule(request: HttpRequest, name: str) -> HttpResponse:
    """Sets or takes back that a stack needs a second approver. An admin's, so that no publisher helps themselves."""
    is_needed = request.POST.get("needed") == "on"
    set_approval_rule(stack=name, is_needed=is_needed, actor=actor_of(request))
    if is_needed:
        messages.success(
            request, _("From now on somebody else has to approve what changes on %(name)s.") % {"name": name}
        )
    else:
        messages.success(request, _("What changes on %(name)s needs no second approver any more.") % {"name": name})
    return HttpResponseRedirect(reverse("versions:stack-detail", args=[name]))


def _shown(request: HttpRequest, number: int, *, problem: Refusal | None = None) -> HttpResponse:
    proposal = found_proposal(number)
    preview: PublishPreview | None = None
    staleness = ""
    if proposal.is_open:
        preview, staleness = _preview(proposal)
    explanation = explain(problem.code, problem.facts) if problem else None
    actor = actor_of(request)
    return render(
        request,
        "versions/proposal_detail.html",
        {
            "proposal": proposal,
            "preview": preview,
            "staleness": staleness,
            "groups": change_groups(preview.changes) if preview else [],
            "impact": impact_counts(preview) if preview else None,
            "impact_query": urlencode([("pick", part) for part in proposal.parts]),
            "unfit": unverified_releases(preview.current.table, preview.outcome) if preview else [],
            "is_own": proposal.is_of(name=actor.name, user_id=actor.user_id),
            "problem": explanation,
            "faults": problem.faults if problem else (),
            "limit": REASON_CHARACTERS,
        },
        status=(explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if explanation else int(HTTPStatus.OK),
    )


def _preview(proposal: ProposalRow) -> tuple[PublishPreview | None, str]:
    """What approving would do, and, when it can't be approved any more, why: `published`, `edited` or `gone`."""
    try:
        preview = publish_preview(proposal.named_parts)
    except Refusal:
        return None, "gone"
    if preview.current.digest != proposal.current:
        return preview, "published"
    return preview, "" if preview.outcome_digest == proposal.outcome else "edited"
