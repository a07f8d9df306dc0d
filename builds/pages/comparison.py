"""What changed between two builds."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from builds.pages.build_detail import READ_LOGS
from builds.pages.step_parts import step_title
from builds.selectors.build_story import build_story
from builds.selectors.comparison import comparison, last_success_before
from versions.domain.refusals import Refusal


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def build_compare_default(request: HttpRequest, build_id: int) -> HttpResponse:
    """Leads to the comparison with the last success before it, or says that there is none. `?with=` names another."""
    wanted = request.GET.get("with", "").lstrip("#")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 16:
        return redirect("builds:build-compare", build_id=build_id, other_id=int(wanted))
    other_id = last_success_before(build_id=build_id)
    if other_id is not None:
        return redirect("builds:build-compare", build_id=build_id, other_id=other_id)
    return render(request, "builds/compare_none.html", {"row": build_story(build_id=build_id).row})


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def build_compare(request: HttpRequest, build_id: int, other_id: int) -> HttpResponse:
    """`other_id` is the build before."""
    if build_id == other_id:
        raise Refusal("request::malformed")
    can_read_logs = request.user.has_perm(READ_LOGS)
    found = comparison(build_id=build_id, other_id=other_id, can_read_logs=can_read_logs)
    context = {
        "found": found,
        "facts": [(_fact_label(fact.name), fact) for fact in found.facts],
        "steps": [(step_title(pair.name), pair) for pair in found.steps],
        "parting_title": step_title(found.parting.step) if found.parting else "",
        "can_read_logs": can_read_logs,
    }
    return render(request, "builds/compare.html", context)


def _fact_label(name: str) -> StrOrPromise:
    labels = {
        "app": _("App"),
        "status": _("Outcome"),
        "python": _("Python"),
        "request": _("Requested"),
        "origin": _("Read from"),
        "package manager": _("Installer"),
        "stack": _("Stack"),
        "ruleset": _("Rules"),
        "revision": _("Revision of the table"),
        "failure": _("Failure"),
        "builder": _("Builder"),
    }
    return labels[name]
