"""The pending change: every difference to the published table, who made it, and taking some of it back."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from versions.domain.messages import explain
from versions.domain.parts import named_parts
from versions.domain.refusals import Refusal
from versions.pages.change_lines import ChangeGroup, change_groups, field_word
from versions.pages.form_addresses import form_address
from versions.selectors.editors import LastEdit
from versions.selectors.pending_parts import PendingPart, discard_preview, pending_parts
from versions.selectors.proposals import open_proposals
from versions.services.discarding import discard_parts

PARTS_SHOWN = 500  # an import can change thousands of releases; all of them are published together then


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part with its lines, the address of its form (empty when it has none), and its fields' authors if several."""

    pending: PendingPart
    groups: list[ChangeGroup]
    edit_url: str
    authors: list[tuple[str, LastEdit]]


@login_required
@require_safe
def pending(request: HttpRequest) -> HttpResponse:
    try:
        found = pending_parts()
    except Refusal:
        return render(request, "versions/no_revision.html")
    shown = [
        ShownPart(
            part,
            change_groups(part.changes),
            form_address(part.part),
            [(str(field_word(item.field)), item.edit) for item in part.field_edits],
        )
        for part in found.parts[:PARTS_SHOWN]
    ]
    context = {
        "change": found,
        "parts": shown,
        "hidden": len(found.parts) - len(shown),
        "proposals": open_proposals(),
    }
    return render(request, "versions/pending.html", context)


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest) -> HttpResponse:
    """GET shows what would be taken back; POST does it, if nobody edited meanwhile."""
    if request.method != "POST":
        return _shown(request, request.GET.getlist("pick"))
    wanted = request.POST.getlist("pick")
    try:
        parts = named_parts(wanted)
        discard_parts(parts=parts, seen=request.POST.get("seen", ""))
    except Refusal as refusal:
        return _shown(request, wanted, problem=refusal)
    number = len(parts)
    messages.success(request, ngettext("%d edit is taken back.", "%d edits are taken back.", number) % number)
    return HttpResponseRedirect(reverse("versions:pending"))


def _shown(request: HttpRequest, wanted: list[str], *, problem: Refusal | None = None) -> HttpResponse:
    groups: list[ChangeGroup] = []
    seen = ""
    try:
        preview = discard_preview(named_parts(wanted))
        groups, seen = change_groups(preview.changes), preview.digest
    except Refusal as refusal:
        problem = problem or refusal
    explanation = explain(problem.code, problem.facts) if problem else None
    return render(
        request,
        "versions/pending_discard.html",
        {
            "groups": groups,
            "seen": seen,
            "wanted": wanted,
            "problem": explanation,
            "faults": problem.faults if problem else (),
            "act": _("Discard these edits"),
        },
        status=(explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if explanation else int(HTTPStatus.OK),
    )
