"""Search over all that a build printed, its error lines, and the way to one line of it."""

from itertools import groupby

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from builds.pages.build_detail import READ_LOGS
from builds.pages.log_errors import error_address, error_place, line_address
from builds.pages.log_html import log_html
from builds.pages.step_parts import step_title
from builds.selectors.build_story import build_story
from builds.selectors.log_search import MAX_HITS, MAX_TEXT_CHARACTERS, LogHits, error_lines, lines_with
from builds.selectors.log_windows import LogWindow
from builds.selectors.step_rows import step_rows
from versions.domain.refusals import Refusal


@gzip_page
@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def log_search(request: HttpRequest, build_id: int) -> HttpResponse:
    """Lines with `?q=`; without it, all lines that read like errors."""
    story = build_story(build_id=build_id)
    text = request.GET.get("q", "").replace("\0", "")[:MAX_TEXT_CHARACTERS]
    found = lines_with(text, story.steps) if text else error_lines(story.steps)
    context = {
        "row": story.row,
        "text": text,
        "groups": _groups(build_id, found),
        "count": len(found.hits),
        "is_capped": found.is_capped,
        "limit": MAX_HITS,
    }
    return render(request, "builds/log_search.html", context)


@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def log_line_address(request: HttpRequest, build_id: int, number: int) -> HttpResponse:
    """The part of the log that holds a line; `?to=` marks a range.

    `?error=1` means the next error line after it, `?error=-1` the one before it.
    """
    steps = step_rows([build_id])[build_id]
    direction = request.GET.get("error")
    if direction in {"1", "-1"}:
        place = error_place(steps, number=number, is_back=direction == "-1")
        if place is not None:
            return HttpResponseRedirect(error_address(request, build_id, place))
        return HttpResponseRedirect(reverse("builds:log-search", args=[build_id]))
    step = next((step for step in steps if step.first_line <= number < step.first_line + step.line_count), None)
    if step is None:
        raise Refusal("step::unknown", step=str(number), id=build_id)
    last = request.GET.get("to", "")
    is_range = last.isascii() and last.isdigit() and len(last) < 16 and int(last) > number
    return HttpResponseRedirect(
        f"{line_address(request, build_id, step, number)}{f'-L{int(last)}' if is_range else ''}"
    )


def _groups(build_id: int, found: LogHits) -> list[dict[str, object]]:
    """Hits by step, each line's number leading to its place in the log."""
    base = reverse("builds:log-line", args=[build_id, 0]).removesuffix("0/")
    groups: list[dict[str, object]] = []
    for _id, hits in groupby(found.hits, key=lambda hit: hit[0].id):
        pairs = list(hits)
        html = log_html(LogWindow(tuple(line for _step, line in pairs), 0, 0), address=base)
        groups.append({"title": step_title(pairs[0][0].name), "html": html, "count": len(pairs)})
    return groups
