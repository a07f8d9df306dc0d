"""The list of apps, and the page of one app."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from builds.pages.lines import build_line, build_lines
from builds.selectors.app_rows import app_row, app_rows
from builds.selectors.build_rows import build_rows
from builds.selectors.cursors import cursor_of, place_of
from builds.selectors.filters import BuildFilter


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def app_list(request: HttpRequest) -> HttpResponse:
    name_like = request.GET.get("q", "").strip().replace("\0", "")[:63]
    after = request.GET.get("after", "").replace("\0", "")[:63]
    page = app_rows(after=after, name_like=name_like)
    kept = {"q": name_like} if name_like else {}
    context = {
        "apps": [(app, build_line(app.latest) if app.latest else None) for app in page.rows],
        "name_like": name_like,
        "first": f"?{urlencode(kept)}" if after else "",
        "following": f"?{urlencode({**kept, 'after': page.next_name})}" if page.next_name else "",
    }
    return render(request, "builds/app_list.html", context)


@login_required
@permission_required("builds.view_app", raise_exception=True)
@require_safe
def app_detail(request: HttpRequest, name: str) -> HttpResponse:
    app = app_row(name=name.replace("\0", ""))
    cursor = request.GET.get("cursor", "")
    page = build_rows(BuildFilter(app=app.name), before=place_of(cursor))
    context = {
        "app": app,
        "latest": build_line(app.latest) if app.latest else None,
        "lines": build_lines(page.rows),
        "older": f"?{urlencode({'cursor': cursor_of(page.next_place)})}" if page.next_place else "",
        "newest": "?" if cursor else "",
    }
    return render(request, "builds/app_detail.html", context)
