"""After a publication: the live part of a revision's page, and the apps that were foretold to move."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from builds.selectors.watch import LATE, revision_watch
from builds.selectors.watched_apps import watched_apps
from versions.selectors.published import current_number

PAGE_ROWS = 50
MOVED, WAITING = "moved", "waiting"


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def watch(request: HttpRequest, number: int) -> HttpResponse:
    """A request of htmx gets the part that changes; any other the apps, `?show=moved` or those that wait."""
    found = revision_watch(number, now=timezone.now())
    if request.headers.get("HX-Request"):
        response = render(request, "builds/watch.html", {"watch": found})
        response["Cache-Control"] = "private, no-store"
    else:
        shown = request.GET.get("show", "") if request.GET.get("show") in (MOVED, WAITING) else WAITING
        rows = watched_apps(
            found.foretold,
            number=number,
            since=found.since,
            until=found.until + LATE,
            has_moved=shown == MOVED,
            after=request.GET.get("after", "").replace("\0", "")[:63],
            limit=PAGE_ROWS + 1,
        )
        page = rows[:PAGE_ROWS]
        context = {
            "watch": found,
            "shown": shown,
            "tabs": ((WAITING, found.foretold.moves - found.moved), (MOVED, found.moved)),
            "rows": page,
            "older": f"?show={shown}&after={page[-1].name}" if len(rows) > PAGE_ROWS else "",
            "is_current": current_number() == number,
        }
        response = render(request, "builds/watch_apps.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
