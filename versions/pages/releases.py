"""Releases: all of them by series, and one with its archives."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.selectors.releases import release_page, releases_by_series


@login_required
@require_safe
def release_list(request: HttpRequest) -> HttpResponse:
    try:
        series = releases_by_series()
    except Refusal:
        return render(request, "versions/no_revision.html")
    return render(request, "versions/release_list.html", {"series": series})


@login_required
@require_safe
def release_detail(request: HttpRequest, version: str) -> HttpResponse:
    number = Version.parse(version)
    if number is None:
        raise Refusal("release::unknown", version=version)
    return render(request, "versions/release_detail.html", {"page": release_page(number)})
