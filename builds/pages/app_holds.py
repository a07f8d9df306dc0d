"""Holding an app at a release and letting it go, each after a look at what that does to the app's next build."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from builds.domain.hold import MAX_REASON_CHARACTERS
from builds.domain.messages import Explanation, explain
from builds.pages.acting import caller_of
from builds.selectors.app_rows import AppRow, app_row
from builds.selectors.holds import HoldEffect, HoldRow, current_hold, hold_effect, offered_releases
from builds.services.holds import NOBODY, end_hold, hold_app
from versions.domain.refusals import Refusal
from versions.domain.version import Version

HOLD = "versions.publish"  # it decides which release builds get, as publishing does


class HoldForm(forms.Form):
    version = forms.CharField(
        label=gettext_lazy("Release"),
        max_length=23,
        widget=forms.TextInput(attrs={"list": "releases", "autocomplete": "off", "class": "mono"}),
        help_text=gettext_lazy("One that the app's stack has, such as 3.12.3."),
    )
    until_on = forms.DateField(
        label=gettext_lazy("Until"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("The last day (UTC) on which it holds, at most a year from now. It ends by itself."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON_CHARACTERS,
        help_text=gettext_lazy("The app's developers read it with every build."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"].strip()
        if Version.parse(version) is None:
            raise forms.ValidationError(_("Write a release such as 3.12.3."))
        return version


@dataclass(frozen=True, slots=True)
class Subject:
    """The app, and what holds it as the page is opened."""

    app: AppRow
    current: HoldRow | None

    @property
    def seen(self) -> int:
        return self.current.id if self.current else NOBODY


@login_required
@permission_required(HOLD, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def app_hold(request: HttpRequest, name: str) -> HttpResponse:
    """GET shows the form; POST shows what the hold does, and with `step=save` saves it."""
    subject = _subject(name)
    if request.method != "POST":
        return _shown(request, subject, HoldForm(initial=_initial(subject, request.GET.get("version", ""))))
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _shown(request, subject, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if request.POST.get("step") != "save":
        return _shown(request, subject, form, is_looking=True)
    values: dict[str, str | date | None] = form.cleaned_data
    try:
        hold_app(
            name=subject.app.name,
            version=str(values["version"]),
            reason=str(values["reason"]),
            until_on=form.cleaned_data["until_on"],
            actor=caller_of(request).actor,
            expected=form.cleaned_data["seen"],
        )
    except Refusal as refusal:
        return _refused(request, subject, form, refusal)
    told = {"app": subject.app.name, "version": values["version"]}
    messages.success(request, _("%(app)s is held at Python %(version)s.") % told)
    return HttpResponseRedirect(reverse("builds:app-detail", args=[subject.app.name]))


@login_required
@permission_required(HOLD, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def app_hold_end(request: HttpRequest, name: str) -> HttpResponse:
    """GET shows what ending the hold does; POST ends the hold that was seen."""
    subject = _subject(name)
    problem = None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        expected = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= 18 else NOBODY
        try:
            end_hold(name=subject.app.name, actor=caller_of(request).actor, expected=expected)
        except Refusal as refusal:
            problem = explain(refusal.code, refusal.facts)
        else:
            messages.success(request, _("%(app)s is no longer held.") % {"app": subject.app.name})
            return HttpResponseRedirect(reverse("builds:app-detail", args=[subject.app.name]))
    effect = hold_effect(subject.app.id, None)
    context = {"app": subject.app, "current": subject.current, "effect": effect, "problem": problem}
    status = (problem.status if problem else None) or int(HTTPStatus.OK)
    return render(request, "builds/app_hold_end.html", context, status=status)


def _subject(name: str) -> Subject:
    app = app_row(name=name.replace("\0", ""))
    return Subject(app, current_hold(app.id))


def _initial(subject: Subject, wanted: str) -> dict[str, object]:
    """The hold as it is, else the release of the last build: who holds an app mostly wants it to stay where it is."""
    latest = subject.app.latest
    fallback = latest.python_version if latest else ""
    if subject.current is None:
        return {"version": wanted[:23] or fallback, "seen": subject.seen}
    hold = subject.current.hold
    return {
        "version": wanted[:23] or str(hold.version),
        "until_on": hold.until_on,
        "reason": hold.reason,
        "seen": subject.seen,
    }


def _refused(request: HttpRequest, subject: Subject, form: HoldForm, refusal: Refusal) -> HttpResponse:
    explanation = explain(refusal.code, refusal.facts)
    for fault in refusal.faults:
        form.add_error(fault.place, fault.problem)
    status = HTTPStatus(explanation.status or HTTPStatus.UNPROCESSABLE_ENTITY)
    if refusal.faults:
        return _shown(request, subject, form, status=status)
    sent = request.POST.copy()  # somebody else was quicker: the next attempt starts from what they did
    sent["seen"] = str(subject.seen)
    again = HoldForm(sent)
    again.is_valid()
    return _shown(request, subject, again, problem=explanation, is_looking=True, status=status)


def _shown(
    request: HttpRequest,
    subject: Subject,
    form: HoldForm,
    *,
    is_looking: bool = False,
    problem: Explanation | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    effect: HoldEffect | None = None
    if is_looking:
        effect = hold_effect(subject.app.id, Version.parse(form.cleaned_data["version"]))
    context = {
        "app": subject.app,
        "current": subject.current,
        "form": form,
        "problem": problem,
        "is_looking": is_looking,
        "effect": effect,
        "releases": offered_releases(subject.app.id),
    }
    return render(request, "builds/app_hold.html", context, status=int(status))
