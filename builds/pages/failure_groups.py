"""Failures that are one and the same: the list, a group, and the note that staff leave on it."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from builds.domain.messages import Explanation, explain
from builds.pages.build_export import COLUMNS as BUILD_COLUMNS
from builds.pages.build_export import build_values
from builds.pages.lines import build_lines
from builds.pages.list_files import list_file
from builds.selectors.build_documents import instant
from builds.selectors.cursors import cursor_of, place_of
from builds.selectors.failure_groups import (
    GROUPS_SHOWN,
    GroupRow,
    every_failure_group,
    every_group_app,
    every_group_build,
    failure_group,
    failure_groups,
)
from builds.services.grouping import annotate_group
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal

ANNOTATE = "builds.annotate_failuregroup"
READ_LOGS = "builds.read_logs"
GROUP_COLUMNS = (
    "id", "code", "line", "example", "apps", "builds", "first_seen_at", "revision", "last_seen_at", "note", "noted_by",
    "noted_at",
)  # fmt: skip
APP_COLUMNS = ("app", "owner", "contact", "builds", "first_at", "last_at")


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    code = _code(request)
    rows = [(group, explain(group.code, {}).title) for group in failure_groups(code=code)]
    context = {"groups": rows, "code": code, "title": explain(code, {}).title if code else "", "most": GROUPS_SHOWN}
    return render(request, "builds/group_list.html", context)


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def groups_file(request: HttpRequest, form: str) -> HttpResponseBase:
    groups = every_failure_group(code=_code(request))
    can_read_logs = request.user.has_perm(READ_LOGS)
    rows = (_values(group, can_read_logs=can_read_logs) for group in groups)
    return list_file("failure-groups", form, GROUP_COLUMNS, rows)


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def group_detail(request: HttpRequest, group_id: int) -> HttpResponse:
    return _shown(request, group_id)


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def group_builds_file(_request: HttpRequest, group_id: int, form: str) -> HttpResponseBase:
    failure_group(group_id=group_id)
    rows = build_values(every_group_build(group_id=group_id))
    return list_file(f"failure-group-{group_id}-builds", form, BUILD_COLUMNS, rows)


@login_required
@permission_required("builds.view_failuregroup", raise_exception=True)
@require_safe
def group_apps_file(_request: HttpRequest, group_id: int, form: str) -> HttpResponseBase:
    failure_group(group_id=group_id)
    found = every_group_app(group_id=group_id)
    rows = ((*about, instant(first), instant(last)) for *about, first, last in found)
    return list_file(f"failure-group-{group_id}-apps", form, APP_COLUMNS, rows)


@login_required
@permission_required(ANNOTATE, raise_exception=True)
@require_POST
def group_annotate(request: HttpRequest, group_id: int) -> HttpResponse:
    actor = Actor(request.user.get_username(), request.user.pk)
    note, expected = request.POST.get("note", ""), request.POST.get("was", "")
    try:
        annotate_group(group_id=group_id, note=note, expected=expected, actor=actor)
    except Refusal as refusal:
        if refusal.code != "failure-group::changed-meanwhile":
            raise
        return _shown(request, group_id, problem=explain(refusal.code, refusal.facts), draft=note)
    messages.success(request, _("The note is kept."))
    return redirect("builds:group-detail", group_id=group_id)


def _shown(
    request: HttpRequest, group_id: int, *, problem: Explanation | None = None, draft: str | None = None
) -> HttpResponse:
    """The group's page; with a problem, the note that could not be kept stands beside the one that is there now."""
    cursor = request.GET.get("cursor", "")
    story = failure_group(group_id=group_id, before=place_of(cursor))
    context = {
        "story": story,
        "group": story.row,
        "title": explain(story.row.code, {}).title,
        "lines": build_lines(story.builds),
        "older": f"?cursor={cursor_of(story.next_place)}" if story.next_place else "",
        "newest": "?" if cursor else "",
        "can_annotate": request.user.has_perm(ANNOTATE),
        "problem": problem,
        "draft": story.row.note if draft is None else draft,
        "past_notes": story.notes[1:],
    }
    status = HTTPStatus(problem.status or HTTPStatus.CONFLICT) if problem else HTTPStatus.OK
    return render(request, "builds/group_detail.html", context, status=int(status))


def _code(request: HttpRequest) -> str:
    return request.GET.get("failure", "").replace("\0", "")[:200]


def _values(group: GroupRow, *, can_read_logs: bool) -> tuple[object, ...]:
    """Lines of logs stay empty for those who may not read logs."""
    line, example = (group.line, group.example) if can_read_logs else ("", "")
    return (
        group.id, group.code, line, example, group.recent_apps, group.recent_builds,
        instant(group.first_seen_at), group.revision, instant(group.last_seen_at), group.note, group.noted_by,
        instant(group.noted_at),
    )  # fmt: skip
