"""The walk along a build's error lines, shown on the page or not."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from builds.pages.build_detail import READ_LOGS
from builds.selectors.builds import build_status
from builds.selectors.log_errors import ErrorPlace, error_after, error_before
from builds.selectors.step_rows import StepRow, step_rows

LINES_BEFORE = 20  # that a line's own page shows of what led to it


@login_required
@permission_required(["builds.view_build", READ_LOGS], raise_exception=True)
@require_safe
def log_error_place(request: HttpRequest, build_id: int) -> HttpResponse:
    """The error line after `?after=N` or before `?before=N`, as JSON; from the other end where there is none.

    `{"number", "text", "url"}`; `number` is null in a build without error lines.
    """
    build_status(build_id=build_id)
    is_back = "before" in request.GET
    written = request.GET.get("before" if is_back else "after", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 16 else 0
    place = error_place(step_rows([build_id])[build_id], number=number, is_back=is_back)
    answer = JsonResponse(
        {
            "number": place.number if place else None,
            "text": position_text(place) if place else _("No line reads like an error."),
            "url": error_address(request, build_id, place) if place else None,
        }
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def error_place(steps: list[StepRow], *, number: int, is_back: bool) -> ErrorPlace | None:
    return error_before(steps, number=number) if is_back else error_after(steps, number=number)


def position_text(place: ErrorPlace) -> str:
    return _("Error line %(position)d of %(total)d") % {"position": place.position, "total": place.total}


def error_address(request: HttpRequest, build_id: int, place: ErrorPlace) -> str:
    """The page that shows the line and says which error line it is."""
    return line_address(request, build_id, place.step, place.number, error=str(place.number))


def line_address(request: HttpRequest, build_id: int, step: StepRow, number: int, **more: str) -> str:
    """The page that shows a line among its neighbours; it goes on saying when lines came where the last page did."""
    query = {"from": str(max(number - LINES_BEFORE, step.first_line)), **more}
    if request.GET.get("times") == "1":
        query["times"] = "1"
    return f"{reverse('builds:build-step', args=[build_id, step.name])}?{urlencode(query)}#L{number}"
