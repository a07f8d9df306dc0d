"""Writing advisories: change something, look at the difference, save. They are read in the builds app, with apps."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from versions.domain.advisories import Advisory
from versions.domain.messages import Explanation, explain
from versions.domain.refusals import Refusal
from versions.pages.acting import actor_of
from versions.pages.advisory_forms import SEVERITIES, AdvisoryForm, initial_values
from versions.selectors.advisories import AdvisoryRow, advisory_row, affected_releases
from versions.selectors.published import published_table
from versions.services.advisories import reinstate_advisory, save_advisory, withdraw_advisory


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of the difference; either text may be empty."""

    label: str
    before: str
    after: str


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_advisory(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_advisory(request: HttpRequest, advisory_id: int) -> HttpResponse:
    return _edited(request, advisory_row(advisory_id))


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_POST
def withdraw(request: HttpRequest, advisory_id: int) -> HttpResponse:
    """Withdraws the advisory, or with `reinstate` lets it count again."""
    row, actor, seen = advisory_row(advisory_id), actor_of(request), request.POST.get("seen", "")
    try:
        if "reinstate" in request.POST:
            reinstate_advisory(advisory_id=row.id, actor=actor, seen=seen)
            messages.success(request, _("%(id)s counts again.") % {"id": row.advisory.identifier})
        else:
            withdraw_advisory(advisory_id=row.id, reason=request.POST.get("reason", ""), actor=actor, seen=seen)
            messages.success(request, _("%(id)s is withdrawn.") % {"id": row.advisory.identifier})
    except Refusal as refusal:
        if refusal.code == "advisory::unknown":
            raise
        told = refusal.faults[0].problem if refusal.faults else explain(refusal.code, refusal.facts).text
        messages.error(request, told)
    return HttpResponseRedirect(_address(row.id))


def _edited(request: HttpRequest, row: AdvisoryRow | None) -> HttpResponse:
    if request.method != "POST":
        form = AdvisoryForm(initial=initial_values(row.advisory) if row else None)
        return _shown(request, row, form, seen=row.digest if row else "")
    form, seen = AdvisoryForm(request.POST), request.POST.get("seen", "")
    if not form.is_valid():
        return _shown(request, row, form, seen=seen, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    advisory = form.advisory()
    if request.POST.get("step") != "save":
        return _shown(request, row, form, seen=seen, advisory=advisory)
    try:
        saved = save_advisory(
            advisory=advisory, actor=actor_of(request), advisory_id=row.id if row else None, seen=seen
        )
    except Refusal as refusal:
        return _refused(request, row, form, refusal)
    messages.success(request, _("%(id)s is saved, and counts from now on.") % {"id": advisory.identifier})
    return HttpResponseRedirect(_address(saved))


def _refused(request: HttpRequest, row: AdvisoryRow | None, form: AdvisoryForm, refusal: Refusal) -> HttpResponse:
    """The form with its faults; where somebody was quicker, with what is there now as the next attempt's start."""
    explanation = explain(refusal.code, refusal.facts)
    for fault in refusal.faults:
        form.add_error(fault.place, fault.problem)
    status = HTTPStatus(explanation.status or HTTPStatus.UNPROCESSABLE_ENTITY)
    is_difference_shown = not refusal.faults
    return _shown(
        request,
        row,
        form,
        seen=row.digest if row else "",
        advisory=form.advisory() if is_difference_shown else None,
        problem=explanation,
        status=status,
    )


def _shown(
    request: HttpRequest,
    row: AdvisoryRow | None,
    form: AdvisoryForm,
    *,
    seen: str,
    advisory: Advisory | None = None,
    problem: Explanation | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "row": row,
        "form": form,
        "seen": seen,
        "problem": problem,
        "is_looking": advisory is not None,
        "changes": _changes(row.advisory if row else None, advisory) if advisory else [],
        "back": _address(row.id) if row else reverse("builds:advisory-list"),
    }
    return render(request, "versions/advisory_edit.html", context, status=int(status))


def _changes(before: Advisory | None, after: Advisory) -> list[FieldChange]:
    """Field by field, and at the end the published releases that come and go with them."""
    words = _words(before) if before else {}
    fields = {label: (words.get(label, ""), text) for label, text in _words(after).items()}
    return [FieldChange(label, was, becomes) for label, (was, becomes) in fields.items() if was != becomes]


def _words(advisory: Advisory) -> dict[str, str]:
    releases = _published_releases(advisory)
    return {
        _("Identifier"): advisory.identifier,
        _("Title"): advisory.title,
        _("Severity"): str(SEVERITIES[advisory.severity]),
        _("Link"): advisory.url,
        _("Affected releases"): ", ".join(str(entry) for entry in advisory.affected),
        _("Fixed in"): ", ".join(str(version) for version in advisory.fixed_in),
        _("What it is"): advisory.text,
        _("Published releases that it names"): releases,
    }


def _published_releases(advisory: Advisory) -> str:
    try:
        table = published_table().table
    except Refusal:  # before the first publication there are none
        return ""
    versions = {version for found in affected_releases(advisory, table).values() for version in found}
    return ", ".join(str(version) for version in sorted(versions, reverse=True))


def _address(advisory_id: int) -> str:
    return reverse("builds:advisory-detail", args=[advisory_id])
