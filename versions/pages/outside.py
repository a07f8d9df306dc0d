"""Outside copies of the table: which are watched, how each differs row by row, and checking one now."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from versions.domain.messages import Explanation, explain
from versions.domain.outside import CopyEntry
from versions.domain.refusals import Refusal
from versions.pages.acting import actor_of
from versions.pages.outside_forms import FORMS, SCHEDULES, CopyForm
from versions.selectors.outside_copies import CopyRow, RunRow, copy_entry, copy_page, copy_rows
from versions.selectors.published import published_table
from versions.services.drift import request_check
from versions.services.outside_copies import add_copy, change_copy, remove_copy

_FORM_WORDS = dict(FORMS)
_SCHEDULE_WORDS = dict(SCHEDULES)


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """A copy with its words, and what is said of its latest check when that failed."""

    row: CopyRow
    form: object
    schedule: object
    problem: Explanation | None


@dataclass(frozen=True, slots=True)
class ShownRun:
    run: RunRow
    problem: Explanation | None


@login_required
@require_safe
def copy_list(request: HttpRequest) -> HttpResponse:
    return render(request, "versions/outside_list.html", {"copies": [_shown(row) for row in copy_rows()]})


@login_required
@require_safe
def copy_detail(request: HttpRequest, copy_id: int) -> HttpResponse:
    page = copy_page(copy_id)
    runs = [ShownRun(run, _explained(run)) for run in page.runs]
    return render(request, "versions/outside_detail.html", {"page": page, "copy": _shown(page.copy), "runs": runs})


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_POST
def check(request: HttpRequest, copy_id: int) -> HttpResponse:
    """Asks for a check; the page shows it as soon as it is done."""
    request_check(copy_id=copy_id, by=actor_of(request).name)
    messages.info(request, _("The check begins. Load this page again in a moment to see what it found."))
    return HttpResponseRedirect(reverse("versions:outside-detail", args=[copy_id]))


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, copy_id: int | None = None) -> HttpResponse:
    """A new copy, or the settings of one. What is saved is checked at once."""
    entry = copy_entry(copy_id) if copy_id is not None else None
    form = CopyForm(request.POST if request.method == "POST" else None, stacks=_stacks(), entry=entry)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, entry, copy_id)
    try:
        saved_id = _saved(form.entry(), copy_id)
    except Refusal as refusal:
        if refusal.code != "request::malformed":
            raise
        for fault in refusal.faults:
            form.add_error(fault.place if fault.place in form.fields else None, fault.problem)
        return _form_page(request, form, entry, copy_id)
    request_check(copy_id=saved_id, by=actor_of(request).name)
    messages.success(request, _("Saved. The first check begins now; load this page again in a moment."))
    return HttpResponseRedirect(reverse("versions:outside-detail", args=[saved_id]))


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, copy_id: int) -> HttpResponse:
    """GET asks, POST does it."""
    entry = copy_entry(copy_id)
    if request.method != "POST":
        return render(request, "versions/outside_remove.html", {"entry": entry, "copy_id": copy_id})
    remove_copy(copy_id=copy_id)
    messages.success(request, _("%(name)s is no longer watched.") % {"name": entry.name})
    return HttpResponseRedirect(reverse("versions:outside-list"))


def _saved(entry: CopyEntry, copy_id: int | None) -> int:
    if copy_id is None:
        return add_copy(entry=entry)
    change_copy(copy_id=copy_id, entry=entry)
    return copy_id


def _form_page(request: HttpRequest, form: CopyForm, entry: CopyEntry | None, copy_id: int | None) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "entry": entry, "copy_id": copy_id}
    return render(request, "versions/outside_edit.html", context, status=int(status))


def _stacks() -> list[str]:
    """Stacks of the current revision; none before the first."""
    try:
        return [stack.name for stack in published_table().table.stacks]
    except Refusal:
        return []


def _shown(row: CopyRow) -> ShownCopy:
    form, schedule = _FORM_WORDS[row.entry.form.value], _SCHEDULE_WORDS[row.entry.every.value]
    return ShownCopy(row, form, schedule, _explained(row.last) if row.last else None)


def _explained(run: RunRow) -> Explanation | None:
    return explain(run.problem_code, run.problem_facts) if run.problem_code else None
