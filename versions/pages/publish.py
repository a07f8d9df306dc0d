"""Publishing: choose what waits, see the difference, say why, confirm.

Choosing and looking are GET requests, so a preview can be pasted in a chat. Only the confirmation writes, and it
carries the digests that the publisher looked at: if either moved, nothing is published and the new difference is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from versions.domain.messages import explain
from versions.domain.parts import Part, named_parts
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.pages.acting import actor_of
from versions.pages.change_lines import change_groups
from versions.selectors.impact import EVERYTHING, impact_counts
from versions.selectors.proposals import ProposalRow, stacks_needing_approval
from versions.selectors.published import PublishedTable
from versions.selectors.publishing import PublishPreview, WaitingRelease, pending_change, publish_preview
from versions.selectors.verified import unverified_releases
from versions.services.approving import propose_publication
from versions.services.publishing import Guard, publish_parts, publish_pending

MESSAGE_CHARACTERS = 2000


@dataclass(slots=True)
class WaitingVersion:
    """A version with the stacks that it waits on."""

    version: Version
    stacks: list[WaitingRelease] = field(default_factory=list)


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _confirmed(request)
    if not request.GET.getlist("pick"):
        return _choice(request)
    return _preview(request, request.GET.getlist("pick"))


def _choice(request: HttpRequest, problem: Refusal | None = None) -> HttpResponse:
    try:
        change = pending_change()
    except Refusal:
        return render(request, "versions/no_revision.html")
    return render(
        request,
        "versions/publish_choice.html",
        {
            "change": change,
            "waiting": _by_version(change.releases),
            "groups": change_groups(change.changes),
            "problem": _explained(problem),
        },
        status=_status(problem),
    )


def _preview(
    request: HttpRequest, wanted: list[str], *, message: str = "", problem: Refusal | None = None
) -> HttpResponse:
    try:
        preview = _preview_of(wanted)
    except Refusal as refusal:
        return _choice(request, problem or refusal)
    return render(
        request,
        "versions/publish_preview.html",
        {
            "preview": preview,
            "groups": change_groups(preview.changes),
            "impact": impact_counts(preview),
            "impact_query": urlencode([("pick", pick) for pick in wanted]),
            "needs": stacks_needing_approval(preview.current.table, preview.outcome),
            "unfit": unverified_releases(preview.current.table, preview.outcome),
            "wanted": wanted,
            "act": act_name(preview.parts, is_everything=wanted == [EVERYTHING]),
            "message": message,
            "limit": MESSAGE_CHARACTERS,
            "problem": _explained(problem),
        },
        status=_status(problem),
    )


def _confirmed(request: HttpRequest) -> HttpResponse:
    wanted, message = request.POST.getlist("pick"), request.POST.get("message", "")
    try:
        if request.POST.get("act") == "propose":
            return _proposed(request, _propose(request, wanted, message))
        revision = _publish(request, wanted, message)
    except Refusal as refusal:
        return _preview(request, wanted, message=message, problem=refusal)
    if revision is None:
        return _choice(request, Refusal("publish::nothing"))
    messages.success(
        request, _("Published as revision %(number)s. Builders get it from now on.") % {"number": revision.number}
    )
    return HttpResponseRedirect(reverse("versions:revision-detail", args=[revision.number]))


def _publish(request: HttpRequest, wanted: list[str], message: str) -> PublishedTable | None:
    guard, actor = _checked(request, message), actor_of(request)
    if wanted == [EVERYTHING]:
        return publish_pending(message=message, actor=actor, guard=guard)
    return publish_parts(parts=named_parts(wanted), message=message, actor=actor, guard=guard)


def _propose(request: HttpRequest, wanted: list[str], message: str) -> ProposalRow:
    guard = _checked(request, message)
    parts = None if wanted == [EVERYTHING] else named_parts(wanted)
    return propose_publication(parts=parts, message=message, actor=actor_of(request), guard=guard).row


def _proposed(request: HttpRequest, proposal: ProposalRow) -> HttpResponse:
    messages.success(request, _("It is proposed. Another publisher has to approve it; nothing is published yet."))
    return HttpResponseRedirect(reverse("versions:proposal-detail", args=[proposal.id]))


def _checked(request: HttpRequest, message: str) -> Guard:
    """What was looked at. Raises Refusal `publish::message-missing` for a message that history can't keep."""
    if len(message) > MESSAGE_CHARACTERS or "\0" in message:
        raise Refusal("publish::message-missing")
    return Guard(request.POST.get("current", ""), request.POST.get("outcome", ""))


def _preview_of(wanted: list[str]) -> PublishPreview:
    return publish_preview(None if wanted == [EVERYTHING] else named_parts(wanted))


def act_name(parts: Iterable[Part], *, is_everything: bool) -> str:
    """What the button does, in its own words: "Publish 3.12.14 to 2 stacks"."""
    if is_everything:
        return _("Publish everything that is pending")
    chosen = list(parts)
    if not all(part.version for part in chosen):
        return ngettext("Publish %d part", "Publish %d parts", len(chosen)) % len(chosen)
    versions = sorted({part.version for part in chosen if part.version})
    stacks = sorted({part.stack for part in chosen})
    what = ", ".join(map(str, versions)) if len(versions) <= 3 else _("%d releases") % len(versions)  # a button's width
    where = stacks[0] if len(stacks) == 1 else ngettext("%d stack", "%d stacks", len(stacks)) % len(stacks)
    return _("Publish %(what)s to %(where)s") % {"what": what, "where": where}


def _by_version(releases: Iterable[WaitingRelease]) -> list[WaitingVersion]:
    """Newest version first, its stacks in the table's order."""
    by_version: dict[Version, WaitingVersion] = {}
    for release in releases:
        by_version.setdefault(release.version, WaitingVersion(release.version)).stacks.append(release)
    return sorted(by_version.values(), key=lambda waiting: waiting.version, reverse=True)


def _explained(problem: Refusal | None) -> object:
    return explain(problem.code, problem.facts) if problem else None


def _status(problem: Refusal | None) -> int:
    return (explain(problem.code, {}).status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if problem else int(HTTPStatus.OK)
