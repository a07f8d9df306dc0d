"""The page of one build."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from builds.domain.hold import read_hold
from builds.domain.messages import explain
from builds.domain.statuses import BuildStatus
from builds.pages.answer_parts import answer_text, origin_words, trace_lines
from builds.pages.lines import python_note
from builds.pages.replay_lines import verdict
from builds.pages.step_parts import build_fingerprint, has_times_of, step_parts, strip_parts
from builds.selectors.build_story import BuildStory, build_story
from builds.selectors.failure_groups import group_of_build
from builds.selectors.replay import replayed_today
from versions.domain.resolution import ORIGIN_CACHED, ORIGIN_DEFAULT, ReleaseHeld

READ_LOGS = "builds.read_logs"


@gzip_page
@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def build_detail(request: HttpRequest, build_id: int) -> HttpResponse:
    story = build_story(build_id=build_id)
    can_read_logs = request.user.has_perm(READ_LOGS)
    now = timezone.now()
    has_times = has_times_of(request)
    parts = step_parts(
        story.steps, build_status=story.row.status, can_read_logs=can_read_logs, has_times=has_times, now=now
    )
    failed = next((part for part in parts if part.error_line and part.is_open), None)
    context = {
        "story": story,
        "row": story.row,
        "parts": parts,
        "strip": strip_parts(parts),
        "python_note": _("held") if _is_held(story) else python_note(story.row),
        "why": _why(story),
        "hold": read_hold(story.detection.get("hold")),
        "failure": story.failure,
        "advice": _advice(story),
        "error_line": failed.error_line if failed else None,
        "has_log": can_read_logs and any(step.log_size for step in story.steps),
        "can_cancel": _can_cancel(request, story),
        "is_live": story.is_leased or story.row.status is BuildStatus.QUEUED,
        "fingerprint": build_fingerprint(story.row.status, story.steps),
        "has_times": has_times,
        "times_address": "?" if has_times else "?times=1",
        "has_log_keys": True,
        "group": group_of_build(build_id=build_id) if story.failure else None,
        "files": _files(story.detection),
        **_explanation(story),
    }
    return render(request, "builds/build_detail.html", context)


def _can_cancel(request: HttpRequest, story: BuildStory) -> bool:
    is_asked = story.cancel_requested_at is not None
    return not (story.row.status.is_over or is_asked) and request.user.has_perm("builds.cancel_build")


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


def _is_held(story: BuildStory) -> bool:
    """Whether a hold decided the release, which it says itself."""
    return any(warning.get("code") == ReleaseHeld.code for warning in story.warnings)


def _why(story: BuildStory) -> str:
    """One sentence on why it is this release."""
    row = story.row
    if not row.python_version:
        return ""
    if _is_held(story):
        return _("Staff hold the app at this release, whatever it asks for.")
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
