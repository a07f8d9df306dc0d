"""The page of one build, its live end, and its log as text."""

from collections.abc import Iterator, Mapping

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from builds.domain.messages import explain
from builds.domain.statuses import BuildStatus
from builds.pages.answer_parts import answer_text, origin_words, trace_lines
from builds.pages.lines import python_note
from builds.pages.log_html import log_html
from builds.pages.replay_lines import verdict
from builds.pages.step_parts import step_parts, step_title, strip_parts
from builds.selectors.build_story import BuildStory, build_story
from builds.selectors.builds import build_status, readable_step
from builds.selectors.failure_groups import group_of_build
from builds.selectors.log_bytes import log_pieces
from builds.selectors.log_windows import WINDOW_LINES, log_end, log_from
from builds.selectors.replay import replayed_today
from builds.selectors.step_rows import StepRow, step_rows
from versions.domain.resolution import ORIGIN_CACHED, ORIGIN_DEFAULT

READ_LOGS = "builds.read_logs"


@gzip_page
@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def build_detail(request: HttpRequest, build_id: int) -> HttpResponse:
    story = build_story(build_id=build_id)
    can_read_logs = request.user.has_perm(READ_LOGS)
    now = timezone.now()
    parts = step_parts(story.steps, build_status=story.row.status, can_read_logs=can_read_logs, now=now)
    failed = next((part for part in parts if part.error_line and part.is_open), None)
    context = {
        "story": story,
        "row": story.row,
        "parts": parts,
        "strip": strip_parts(parts),
        "python_note": python_note(story.row),
        "why": _why(story),
        "failure": story.failure,
        "advice": _advice(story),
        "error_line": failed.error_line if failed else None,
        "has_log": can_read_logs and any(step.log_size for step in story.steps),
        "can_cancel": _can_cancel(request, story),
        "is_live": story.is_leased or story.row.status is BuildStatus.QUEUED,
        "fingerprint": _fingerprint(story.row.status, story.steps),
        "group": group_of_build(build_id=build_id) if story.failure else None,
        "files": _files(story.detection),
        **_explanation(story),
    }
    return render(request, "builds/build_detail.html", context)


@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def build_log(request: HttpRequest, build_id: int) -> HttpResponseBase:
    """All that the build printed, step after step, byte for byte; `?step=` for one step alone."""
    story = build_story(build_id=build_id)
    wanted = request.GET.get("step", "")
    steps = [readable_step(build_id=build_id, name=wanted)] if wanted else story.steps
    response = StreamingHttpResponse(_pieces(steps), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="build-{build_id}.txt"'
    response["Cache-Control"] = "private, no-store"
    return response


@gzip_page
@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def build_tail(request: HttpRequest, build_id: int) -> HttpResponse:
    """The lines after `?after=N` as list items, grouped by step. Headers tell when the rest of the page has changed."""
    after = request.GET.get("after", "0")
    number = int(after) + 1 if after.isascii() and after.isdigit() and len(after) < 16 else 1
    status = build_status(build_id=build_id)
    story_steps = step_rows([build_id])[build_id]
    newer = [step for step in story_steps if step.first_line + step.line_count > number]
    groups = [(step.name, log_html(log_from(step, number=number))) for step in newer]
    response = render(request, "builds/tail.html", {"groups": groups})
    response["X-Build"] = _fingerprint(status, story_steps)
    response["Cache-Control"] = "private, no-store"
    return response


@gzip_page
@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def step_detail(request: HttpRequest, build_id: int, step: str) -> HttpResponse:
    """One step's log, a window of lines at a time: from `?from=N` on, else its end."""
    story = build_story(build_id=build_id)
    row = readable_step(build_id=build_id, name=step.replace("\0", ""))
    start = request.GET.get("from", "")
    is_from = start.isascii() and start.isdigit() and len(start) < 16
    window = log_from(row, number=int(start)) if is_from else log_end(row)
    first = window.lines[0].number if window.lines else row.first_line
    context = {
        "story": story,
        "row": story.row,
        "step": row,
        "title": step_title(row.name),
        "html": log_html(window),
        "newer": f"?from={max(first - WINDOW_LINES, row.first_line)}" if window.lines_before else "",
        "older": f"?from={window.next_number}" if window.next_number else "",
        "first": first,
        "last": window.lines[-1].number if window.lines else first,
    }
    return render(request, "builds/step_detail.html", context)


def _can_cancel(request: HttpRequest, story: BuildStory) -> bool:
    is_asked = story.cancel_requested_at is not None
    return not (story.row.status.is_over or is_asked) and request.user.has_perm("builds.cancel_build")


def _pieces(steps: list[StepRow]) -> Iterator[bytes]:
    for step in steps:
        yield from log_pieces(step_id=step.id, end=step.log_size)


def _fingerprint(status: BuildStatus, steps: list[StepRow]) -> str:
    """Changes when anything but the log's length does."""
    return ",".join([status.value, *(f"{step.name}={step.status.value}" for step in steps)])


def _explanation(story: BuildStory) -> dict[str, object]:
    """What was looked at, as far as the builder reported it, and what today's table would answer."""
    if not story.detection:
        return {}
    replayed = replayed_today(story)
    return {
        "origin": origin_words(story.row.request_origin),
        "trace": trace_lines(story.detection),
        "answer_text": answer_text(story.detection, stack=story.row.stack, arch=story.arch),
        "replay_verdict": verdict(replayed),
        "has_replay": replayed.now is not None,
    }


def _advice(story: BuildStory) -> str:
    """What to do next, unless the failure is the detection's own, whose message ends with it."""
    detected = story.detection.get("failure")
    if not story.failure or (isinstance(detected, Mapping) and detected.get("message") == story.failure["message"]):
        return ""
    return explain(story.row.failure_code, story.row.facts).advice


def _why(story: BuildStory) -> str:
    """One sentence on why it is this release."""
    row = story.row
    if not row.python_version:
        return ""
    facts = {"version": row.request_version, "stack": row.stack, "origin": row.request_origin}
    if row.request_origin == ORIGIN_DEFAULT:
        return _("The app asks for no version, so it gets the default of %(stack)s.") % facts
    if row.request_origin == ORIGIN_CACHED:
        return _("The app asks for no version, so it keeps the one of its last build.") % facts
    if row.is_pinned:
        return _("%(origin)s asks for exactly this release.") % facts
    return _("The newest release of %(version)s on %(stack)s.") % facts


def _files(detection: Mapping[str, object]) -> list[str]:
    """The files that detection took something from, where the builder asked for an explanation."""
    trace = detection.get("trace")
    if not isinstance(trace, list):
        return []
    taken = [entry.get("subject") for entry in trace if isinstance(entry, dict) and entry.get("verdict") == "taken"]
    return [str(subject) for subject in dict.fromkeys(taken) if subject and "." in str(subject)][:12]
