"""Yanking or withdrawing a published release: choose stacks and a reason, see what it changes, confirm."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from versions.domain.messages import explain
from versions.domain.refusals import Fault, Refusal
from versions.domain.retirement import Retirement
from versions.domain.table import ReleaseStatus
from versions.domain.version import Version
from versions.pages.acting import actor_of
from versions.pages.change_lines import change_groups
from versions.selectors.impact import impact_counts
from versions.selectors.publishing import PublishPreview
from versions.selectors.releases import release_page
from versions.selectors.retiring import retirement_preview
from versions.services.publishing import Guard
from versions.services.retiring import retire_release

REASON_CHARACTERS = 2000
STATUSES = {status.value: status for status in (ReleaseStatus.YANKED, ReleaseStatus.WITHDRAWN)}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form says so far, as it was written."""

    stacks: list[str]
    status: str
    reason: str

    def retirement(self, version: Version) -> Retirement:
        """Raises Refusal `request::malformed` while something is missing."""
        faults = [
            *([] if self.stacks else [Fault("stacks", _("Choose at least one stack."))]),
            *([] if self.status in STATUSES else [Fault("status", _("Choose yanked or withdrawn."))]),
        ]
        if not self.reason.strip() or len(self.reason) > REASON_CHARACTERS or "\0" in self.reason:
            faults.append(Fault("reason", _("Say why, in at most 2000 characters: builds and staff are shown it.")))
        if faults:
            raise Refusal("request::malformed", faults=tuple(faults))
        return Retirement(version, tuple(dict.fromkeys(self.stacks)), STATUSES[self.status], self.reason)


@login_required
@permission_required("versions.publish", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, version: str) -> HttpResponse:
    number = Version.parse(version)
    if number is None:
        raise Refusal("release::unknown", version=version)
    if request.method != "POST":
        return _shown(request, number, _choice(request.GET))
    choice = _choice(request.POST)
    try:
        retirement = choice.retirement(number)
        guard = Guard(request.POST.get("current", ""), request.POST.get("outcome", ""))
        revision = retire_release(retirement=retirement, message="", actor=actor_of(request), guard=guard)
    except Refusal as refusal:
        return _shown(request, number, choice, problem=refusal)
    if revision is None:
        return _shown(request, number, choice, problem=Refusal("publish::nothing"))
    messages.success(request, _("Published as revision %(number)s.") % {"number": revision.number})
    return HttpResponseRedirect(reverse("versions:revision-detail", args=[revision.number]))


def _choice(fields: QueryDict) -> Choice:
    return Choice(fields.getlist("stack"), fields.get("status", ""), fields.get("reason", ""))


def _shown(request: HttpRequest, version: Version, choice: Choice, *, problem: Refusal | None = None) -> HttpResponse:
    preview: PublishPreview | None = None
    page = release_page(version)
    if choice.stacks or choice.status or problem:
        try:
            preview = retirement_preview(choice.retirement(version))
        except Refusal as refusal:
            problem = problem or refusal
    explanation = explain(problem.code, problem.facts) if problem else None
    return render(
        request,
        "versions/retire.html",
        {
            "version": version,
            "stacks": [item for item in page.stacks if item.is_published],
            "choice": choice,
            "preview": preview,
            "impact": impact_counts(preview) if preview else None,
            "impact_query": urlencode(
                [("version", str(version)), ("status", choice.status), *(("stack", stack) for stack in choice.stacks)]
            ),
            "groups": change_groups(preview.changes) if preview else [],
            "problem": explanation,
            "faults": problem.faults if problem else (),
        },
        status=(explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if explanation else int(HTTPStatus.OK),
    )
