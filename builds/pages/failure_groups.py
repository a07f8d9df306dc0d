"""Failures that are one and the same: the list, a group, and the note that staff leave on it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from builds.domain.messages import explain
from builds.pages.lines import build_lines
from builds.selectors.failure_groups import failure_group, failure_groups
from builds.services.grouping import annotate_group
from versions.domain.actor import Actor

ANNOTATE = "builds.view_failuregroup"  # whoever reads failures may say what is known about them


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    code = request.GET.get("failure", "").replace("\0", "")[:200]
    rows = [(group, explain(group.code, {}).title) for group in failure_groups(code=code)]
    return render(request, "builds/group_list.html", {"groups": rows, "code": code})


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def group_detail(request: HttpRequest, group_id: int) -> HttpResponse:
    story = failure_group(group_id=group_id)
    context = {
        "story": story,
        "group": story.row,
        "title": explain(story.row.code, {}).title,
        "lines": build_lines(story.builds),
    }
    return render(request, "builds/group_detail.html", context)


@login_required
@permission_required(ANNOTATE, raise_exception=True)
@require_POST
def group_annotate(request: HttpRequest, group_id: int) -> HttpResponse:
    actor = Actor(request.user.get_username(), request.user.pk)
    annotate_group(group_id=group_id, note=request.POST.get("note", ""), actor=actor)
    messages.success(request, _("The note is kept."))
    return redirect("builds:group-detail", group_id=group_id)
