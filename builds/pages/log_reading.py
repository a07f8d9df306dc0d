"""A build's log beyond its page: its live end, one step a window at a time, and the whole as text."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from builds.pages.build_detail import READ_LOGS
from builds.pages.log_errors import position_text
from builds.pages.log_html import log_html
from builds.pages.step_parts import build_fingerprint, has_times_of, step_title
from builds.selectors.build_story import build_story
from builds.selectors.builds import build_status, readable_step
from builds.selectors.log_bytes import log_pieces
from builds.selectors.log_errors import error_at
from builds.selectors.log_windows import WINDOW_LINES, LogWindow, log_end, log_from
from builds.selectors.step_rows import StepRow, step_rows


@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def build_log(request: HttpRequest, build_id: int) -> HttpResponseBase:
    """All that the build printed, step after step, byte for byte; `?step=` for one step alone."""
    story = build_story(build_id=build_id)
    wanted = request.GET.get("step", "").replace("\0", "")
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
    number = (_number(request, "after") or 0) + 1
    has_times = has_times_of(request)
    status = build_status(build_id=build_id)
    story_steps = step_rows([build_id])[build_id]
    newer = [step for step in story_steps if step.first_line + step.line_count > number]
    groups = [(step.name, log_html(log_from(step, number=number), has_times=has_times)) for step in newer]
    response = render(request, "builds/tail.html", {"groups": groups})
    response["X-Build"] = build_fingerprint(status, story_steps)
    response["Cache-Control"] = "private, no-store"
    return response


@gzip_page
@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def step_detail(request: HttpRequest, build_id: int, step: str) -> HttpResponse:
    """One step's log, a window of lines at a time: from `?from=N` on, else its end.

    `?error=N` comes with the walk along error lines, and has the page say which of them this is.
    """
    story = build_story(build_id=build_id)
    row = readable_step(build_id=build_id, name=step.replace("\0", ""))
    start, error = _number(request, "from"), _number(request, "error")
    has_times = has_times_of(request)
    window = log_end(row) if start is None else log_from(row, number=start)
    first = window.lines[0].number if window.lines else row.first_line
    place = error_at(story.steps, number=error) if error else None
    context = {
        "story": story,
        "row": story.row,
        "step": row,
        "title": step_title(row.name),
        "html": log_html(window, has_times=has_times),
        "first": first,
        "last": window.lines[-1].number if window.lines else first,
        "has_times": has_times,
        "has_log_keys": True,
        "error": place,
        "error_text": position_text(place) if place else "",
        **_neighbours(row, window, first, has_times=has_times),
    }
    return render(request, "builds/step_detail.html", context)


def _neighbours(row: StepRow, window: LogWindow, first: int, *, has_times: bool) -> dict[str, str]:
    """Addresses of the windows before and after, and of this one with and without times; empty where there is none."""
    times = {"times": "1"} if has_times else {}
    return {
        "newer": f"?{urlencode({'from': max(first - WINDOW_LINES, row.first_line), **times})}"
        if window.lines_before
        else "",
        "older": f"?{urlencode({'from': window.next_number, **times})}" if window.next_number else "",
        "times_address": f"?{urlencode({'from': first} | ({} if has_times else {'times': '1'}))}",
    }


def _number(request: HttpRequest, name: str) -> int | None:
    """A line's number in the query; None for none and for what is none."""
    written = request.GET.get(name, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else None


def _pieces(steps: list[StepRow]) -> Iterator[bytes]:
    for step in steps:
        yield from log_pieces(step_id=step.id, end=step.log_size)
