"""Publishing: choose what waits, see the difference, say why, confirm.

Choosing and looking are GET requests, so a preview can be pasted in a chat. Only the confirmation writes, and it
carries the digests that the publisher looked at: if either moved, nothing is published and the new difference is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from versions.domain.composition import Pick
from versions.domain.messages import explain
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.pages.acting import actor_of
from versions.pages.change_lines import change_groups
from versions.selectors.pending_preview import pending_preview
from versions.selectors.published import PublishedTable
from versions.selectors.publishing import PublishPreview, WaitingRelease, pending_change, publish_preview
from versions.services.publishing import Guard, publish_pending, publish_releases

EVERYTHING = "everything"  # ?pick=everything: all edits, those of stacks and series included
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
            "unfit": _unfit(preview.picks),
            "wanted": wanted,
            "act": act_name(preview.picks, is_everything=wanted == [EVERYTHING]),
            "message": message,
            "limit": MESSAGE_CHARACTERS,
            "problem": _explained(problem),
        },
        status=_status(problem),
    )


def _confirmed(request: HttpRequest) -> HttpResponse:
    wanted, message = request.POST.getlist("pick"), request.POST.get("message", "")
    try:
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
    if len(message) > MESSAGE_CHARACTERS or "\0" in message:
        raise Refusal("publish::message-missing")
    guard = Guard(request.POST.get("current", ""), request.POST.get("outcome", ""))
    actor = actor_of(request)
    if wanted == [EVERYTHING]:
        return publish_pending(message=message, actor=actor, guard=guard)
    return publish_releases(picks=_picks(wanted), message=message, actor=actor, guard=guard)


def _preview_of(wanted: list[str]) -> PublishPreview:
    return pending_preview() if wanted == [EVERYTHING] else publish_preview(_picks(wanted))


def _unfit(picks: Iterable[Pick]) -> list[WaitingRelease]:
    """Those whose archive is missing or unchecked: they may be published, but not without having been told."""
    chosen = set(picks)
    return [release for release in pending_change().releases if release.pick in chosen and not release.is_verified]


def _picks(wanted: Iterable[str]) -> list[Pick]:
    """`scalingo-22:3.12.4` for each. Raises Refusal `publish::not-pending` for anything else."""
    picks = []
    for text in wanted:
        stack, _colon, number = text.rpartition(":")
        version = Version.parse(number)
        if version is None or not stack:
            raise Refusal("publish::not-pending", stack=stack or "…", version=number)
        picks.append(Pick(stack, version))
    return sorted(set(picks))


def act_name(picks: Iterable[Pick], *, is_everything: bool) -> str:
    """What the button does, in its own words: "Publish 3.12.14 to 2 stacks"."""
    if is_everything:
        return _("Publish everything that is pending")
    chosen = list(picks)
    versions = sorted({pick.version for pick in chosen})
    stacks = sorted({pick.stack for pick in chosen})
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
