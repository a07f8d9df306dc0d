"""The history of the table: its revisions, one of them, and the difference between two."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from versions.pages.change_lines import change_groups
from versions.selectors import revisions as selectors
from versions.selectors.proposals import proposal_of_revision
from versions.selectors.published import current_number, revision_rows
from versions.selectors.watch import revision_watch

PAGE_ROWS = 50


@login_required
@require_safe
def revision_list(request: HttpRequest) -> HttpResponse:
    """Newest first; `?before=N` goes on below number N."""
    before = _number(request.GET.get("before", ""))
    rows = revision_rows(before=before, limit=PAGE_ROWS + 1)
    page = rows[:PAGE_ROWS]
    return render(
        request,
        "versions/revision_list.html",
        {
            "revisions": page,
            "current": current_number(),
            "older": f"?before={page[-1].number}" if len(rows) > PAGE_ROWS else "",
            "newer": request.path if before else "",
        },
    )


@login_required
@require_safe
def revision_detail(request: HttpRequest, number: int) -> HttpResponse:
    page = selectors.revision_page(number)
    return render(
        request,
        "versions/revision_detail.html",
        {
            "page": page,
            "groups": change_groups(page.changes),
            "current": current_number(),
            "watch": revision_watch(number, now=timezone.now()),
            "proposal": proposal_of_revision(number),
        },
    )


@login_required
@require_safe
def revision_diff(request: HttpRequest, before: int, after: int) -> HttpResponse:
    diff = selectors.revision_diff(before, after)
    return render(request, "versions/revision_diff.html", {"diff": diff, "groups": change_groups(diff.changes)})


def _number(text: str) -> int | None:
    """A revision's number out of a query; anything else counts as none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
