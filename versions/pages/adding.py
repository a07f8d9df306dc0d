"""Several releases for several stacks at once: paste the versions, choose the stacks, look, add."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from versions.domain.additions import Additions, read_versions
from versions.domain.messages import explain
from versions.domain.refusals import Fault, Refusal
from versions.pages.change_lines import change_groups
from versions.selectors.adding import AdditionsPreview, additions_preview, offered_stacks
from versions.services.adding import add_releases

TEXT_CHARACTERS = 4000


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """GET shows the form, and what it would add once something is written; POST adds it to the pending change."""
    if request.method != "POST":
        return _shown(request, request.GET)
    try:
        additions = _additions(request.POST)
        add_releases(additions=additions, outcome=request.POST.get("outcome", ""))
    except Refusal as refusal:
        return _shown(request, request.POST, problem=refusal)
    number = len(additions.versions)
    messages.success(
        request,
        ngettext("%d release is pending.", "%d releases are pending.", number) % number
        + " "
        + _("Each needs a verified archive before it can be published; its page takes one."),
    )
    return HttpResponseRedirect(reverse("versions:pending"))


def _additions(fields: QueryDict) -> Additions:
    """Raises Refusal `request::malformed`."""
    text = fields.get("versions", "")[:TEXT_CHARACTERS]
    stacks = tuple(dict.fromkeys(fields.getlist("stack")))
    if not stacks:
        raise Refusal("request::malformed", faults=(Fault("stack", _("Choose at least one stack.")),))
    return Additions(read_versions(text), stacks)


def _shown(request: HttpRequest, fields: QueryDict, *, problem: Refusal | None = None) -> HttpResponse:
    preview: AdditionsPreview | None = None
    if "versions" in fields:
        try:
            preview = additions_preview(_additions(fields))
        except Refusal as refusal:
            problem = problem or refusal
    explanation = explain(problem.code, problem.facts) if problem else None
    return render(
        request,
        "versions/release_add.html",
        {
            "stacks": offered_stacks(),
            "chosen": fields.getlist("stack"),
            "text": fields.get("versions", "")[:TEXT_CHARACTERS],
            "preview": preview,
            "groups": change_groups(preview.changes) if preview else [],
            "problem": explanation,
            "faults": problem.faults if problem else (),
        },
        status=(explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if explanation else int(HTTPStatus.OK),
    )
