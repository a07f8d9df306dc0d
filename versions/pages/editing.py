"""Forms of the pending state: change something, look at the difference, save. Nothing here reaches builders."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from versions.domain.messages import explain
from versions.domain.parts import Part
from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseEntry, SeriesEntry, StackEntry, Table
from versions.domain.version import Series, Version
from versions.pages.change_lines import change_groups
from versions.pages.forms import EditForm, ReleaseForm, SeriesForm, StackForm
from versions.selectors.edit_preview import edit_preview, pending_digest
from versions.selectors.pending import pending_rows
from versions.services.editing import apply_edit


@dataclass(frozen=True, slots=True)
class Subject:
    """What a form is about: its title, its fields as they are pending, and the part, None for something new."""

    title: str
    form: type[EditForm]
    initial: dict[str, Any]
    part: Part | None
    back: str


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_stack(request: HttpRequest, name: str = "") -> HttpResponse:
    table = pending_rows()
    stack = table.find_stack(name)
    if name and stack is None:
        raise Refusal("stack::unknown", stack=name)
    title = _("Edit stack %(name)s") % {"name": name} if stack else _("New stack")
    subject = Subject(title, StackForm, _stack_fields(stack, table), Part(name) if stack else None, "/stacks/")
    return _edited(request, subject)


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_series(request: HttpRequest, name: str, series: str = "") -> HttpResponse:
    stack = pending_rows().find_stack(name)
    if stack is None:
        raise Refusal("stack::unknown", stack=name)
    number = Series.parse(series)
    entry = stack.find_series(number) if number else None
    if series and entry is None:
        raise Refusal("release::unknown", version=series, stack=name)
    title = _("Edit Python %(series)s on %(stack)s") if entry else _("New series on %(stack)s")
    part = Part(name, number) if entry else None
    fields = {"stack": name} | _series_fields(entry)
    back = reverse("versions:stack-edit", args=[name])
    return _edited(request, Subject(title % {"series": series, "stack": name}, SeriesForm, fields, part, back))


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_release(request: HttpRequest, version: str = "", stack: str = "") -> HttpResponse:
    number = Version.parse(version)
    held = pending_rows().find_stack(stack)
    entry = held.find_release(number) if held and number else None
    if version and entry is None:
        raise Refusal("release::unknown", version=version, stack=stack)
    title = _("Edit Python %(version)s on %(stack)s") if entry else _("New release")
    part = Part.of_release(stack, entry.version) if entry else None
    wanted = {"stack": stack or request.GET.get("stack", "")} | _release_fields(entry)
    back = reverse("versions:release-list")
    return _edited(request, Subject(title % {"version": version, "stack": stack}, ReleaseForm, wanted, part, back))


def _edited(request: HttpRequest, subject: Subject) -> HttpResponse:
    is_new = subject.part is None
    if request.method != "POST":
        form = subject.form(is_new=is_new, initial=subject.initial)
        return _shown(request, subject, form, seen=pending_digest(subject.part) if subject.part else "")
    form = subject.form(request.POST, is_new=is_new, initial=subject.initial)
    if not form.is_valid():
        return _shown(request, subject, form, seen=request.POST.get("seen", ""))
    edit = form.edit()
    # Who renames what is being edited makes something new; the form opened for the old one doesn't know about it.
    seen = request.POST.get("seen", "") if edit.part == subject.part else ""
    seen = seen or pending_digest(edit.part)
    if request.POST.get("step") != "save":
        return _shown(request, subject, form, seen=seen, is_looking=True)
    try:
        apply_edit(edit=edit, seen=seen, outcome=request.POST.get("outcome", ""))
    except Refusal as refusal:
        return _shown(request, subject, form, seen=pending_digest(edit.part), problem=refusal, is_looking=True)
    messages.success(request, _("Saved. It is pending until somebody publishes it."))
    return HttpResponseRedirect(reverse("versions:pending"))


def _shown(
    request: HttpRequest,
    subject: Subject,
    form: EditForm,
    *,
    seen: str,
    problem: Refusal | None = None,
    is_looking: bool = False,
) -> HttpResponse:
    preview = None
    if is_looking:
        try:
            preview = edit_preview(form.edit())
        except Refusal as refusal:
            problem = problem or refusal
    explanation = explain(problem.code, problem.facts) if problem else None
    has_faults = bool(explanation or form.errors)
    return render(
        request,
        "versions/edit.html",
        {
            "subject": subject,
            "form": form,
            "seen": seen,
            "preview": preview,
            "groups": change_groups(preview.changes) if preview else [],
            "problem": explanation,
            "faults": problem.faults if problem else (),
        },
        status=_status(explanation.status if explanation else None) if has_faults else int(HTTPStatus.OK),
    )


def _status(status: int | None) -> int:
    return status or int(HTTPStatus.UNPROCESSABLE_ENTITY)


def _stack_fields(stack: StackEntry | None, table: Table) -> dict[str, Any]:
    if stack is None:
        return {"archs": "amd64", "listed": True}
    return {
        "name": stack.name,
        "base": stack.base,
        "archs": " ".join(stack.archs),
        "status": stack.status.value,
        "ruleset": stack.ruleset.value,
        "default_series": str(stack.default_series or ""),
        "supported_until": stack.supported_until,
        "tools": " ".join(f"{tool.name}={tool.version}" for tool in stack.tools),
        "listed": stack.listed,
        "is_default": table.default_stack == stack.name,
    }


def _series_fields(entry: SeriesEntry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {
        "series": str(entry.series),
        "status": entry.status.value,
        "eol_on": entry.eol_on,
        "removed_on": entry.removed_on,
    }


def _release_fields(entry: ReleaseEntry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {
        "version": str(entry.version),
        "released_on": entry.released_on,
        "status": entry.status.value,
        "reason": entry.reason or "",
    }
