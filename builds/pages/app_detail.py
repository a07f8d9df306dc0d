"""The page of one app, and the form of its registry entry."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from builds.domain.app_entries import MAX_CONTACT_CHARACTERS, MAX_OWNER_CHARACTERS, MAX_URL_CHARACTERS, AppEntry
from builds.domain.messages import Explanation, explain
from builds.domain.statuses import BuildStatus
from builds.pages.lines import build_line, build_lines
from builds.querysets import Place
from builds.selectors.app_rows import AppRow, app_row
from builds.selectors.app_timeline import app_timeline
from builds.selectors.build_rows import BuildRow, build_rows, latest_success
from builds.selectors.cursors import cursor_of, place_of
from builds.selectors.filters import BuildFilter
from builds.selectors.holds import past_holds
from builds.services import register_app
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.selectors.advisories import active_advisories, advisories_of


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def app_detail(request: HttpRequest, name: str) -> HttpResponse:
    app = app_row(name=name.replace("\0", ""))
    cursor = request.GET.get("cursor", "")
    page = build_rows(BuildFilter(app=app.name), before=place_of(cursor))
    current = _current_build(app)
    context = {
        "app": app,
        "is_linkable": app.url.startswith(("http://", "https://")),
        "current": build_line(current) if current else None,
        "lines": build_lines(page.rows),
        "timeline": app_timeline(app_id=app.id),
        "older": f"?cursor={cursor_of(page.next_place)}" if page.next_place else "",
        "newest": "?" if cursor else "",
        "can_edit": request.user.has_perm("builds.change_app"),
        "past_holds": past_holds(app.id),
        "can_hold": request.user.has_perm("versions.publish"),
        "advisories": advisories_of(_release_of(app), active_advisories()),
    }
    return render(request, "builds/app_detail.html", context)


def _release_of(app: AppRow) -> Version | None:
    return Version.parse(app.latest.python_version) if app.latest else None


def _current_build(app: AppRow) -> BuildRow | None:
    """The build that runs: the newest that succeeded, since one that did not leaves what is running alone."""
    latest = app.latest
    if latest is None or latest.status is BuildStatus.SUCCEEDED:
        return latest
    return latest_success(app_id=app.id, before=Place(latest.created_at, latest.id))


class EntryForm(forms.Form):
    """The entry, and with it what the person saw when opening the form (`was_*`)."""

    owner = forms.CharField(label=gettext_lazy("Owner"), required=False, max_length=MAX_OWNER_CHARACTERS)
    contact = forms.CharField(label=gettext_lazy("Contact"), required=False, max_length=MAX_CONTACT_CHARACTERS)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        required=False,
        max_length=MAX_URL_CHARACTERS,
        help_text=gettext_lazy("Where the app is found, such as https://shop.example.org."),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False)
    was_owner = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    was_contact = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    was_url = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    was_active = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def entry(self, prefix: str = "") -> AppEntry:
        """What was written, or with prefix `was_` what had been there."""
        found = {name: self.cleaned_data[f"{prefix}{name}"] for name in ("owner", "contact", "url", "active")}
        return AppEntry(found["owner"], found["contact"], found["url"], found["active"])


@login_required
@permission_required("builds.change_app", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def app_edit(request: HttpRequest, name: str) -> HttpResponse:
    """GET shows the form; POST saves it, if the entry is still the one that the form was opened with."""
    app = app_row(name=name.replace("\0", ""))
    if request.method != "POST":
        return _shown(request, app, EntryForm(initial=_initial(app)))
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _shown(request, app, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        register_app(name=app.name, entry=form.entry(), expected=form.entry("was_"))
    except Refusal as refusal:
        return _refused(request, app, form, refusal)
    messages.success(request, _("The entry of %(app)s is saved.") % {"app": app.name})
    return HttpResponseRedirect(reverse("builds:app-detail", args=[app.name]))


def _refused(request: HttpRequest, app: AppRow, form: EntryForm, refusal: Refusal) -> HttpResponse:
    explanation = explain(refusal.code, refusal.facts)
    for fault in refusal.faults:
        form.add_error(fault.place, fault.problem)
    if not refusal.faults:  # somebody else was quicker: what they wrote is what the next attempt starts from
        sent = request.POST.copy()
        for field, value in _initial(app).items():
            if field.startswith("was_"):
                sent[field] = "" if value is False else str(value)
        form = EntryForm(sent)
    status = HTTPStatus(explanation.status or HTTPStatus.UNPROCESSABLE_ENTITY)
    return _shown(request, app, form, problem=explanation, status=status)


def _initial(app: AppRow) -> dict[str, object]:
    entry = {"owner": app.owner, "contact": app.contact, "url": app.url, "active": app.is_active}
    return entry | {f"was_{name}": value for name, value in entry.items()}


def _shown(
    request: HttpRequest,
    app: AppRow,
    form: EntryForm,
    *,
    problem: Explanation | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"app": app, "form": form, "problem": problem}
    return render(request, "builds/app_edit.html", context, status=int(status))
