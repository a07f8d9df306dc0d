"""Releases: all of them by series, and one with its archives."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from versions.domain.messages import explain
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.selectors.advisories import active_advisories, advisories_of
from versions.selectors.archive_jobs import release_jobs
from versions.selectors.releases import ReleasePage, archive_choices, release_page, releases_by_series


@login_required
@require_safe
def release_list(request: HttpRequest) -> HttpResponse:
    try:
        series = releases_by_series()
    except Refusal:
        return render(request, "versions/no_revision.html")
    advisories = active_advisories()
    listed = [version for group in series for version, _stacks in group.releases]
    vulnerable = {version for version in listed if advisories_of(version, advisories)}
    return render(request, "versions/release_list.html", {"series": series, "vulnerable": vulnerable})


@login_required
@require_safe
def release_detail(request: HttpRequest, version: str) -> HttpResponse:
    number = Version.parse(version)
    if number is None:
        raise Refusal("release::unknown", version=version)
    return shown_release(request, number)


def shown_release(request: HttpRequest, version: Version, *, problem: Refusal | None = None) -> HttpResponse:
    """The release's page; with `problem` what was just refused there. Raises Refusal `release::unknown`."""
    jobs = release_jobs(version)
    try:
        page = release_page(version)
    except Refusal:
        if not jobs and problem is None:
            raise
        page = ReleasePage(version, ())  # its first archive is on the way
    explanation = explain(problem.code, problem.facts) if problem else None
    context = {
        "page": page,
        "version": version,
        "advisories": advisories_of(version, active_advisories()),
        "jobs": jobs,
        "choices": archive_choices(page),
        "problem": explanation,
        "faults": problem.faults if problem else (),
    }
    status = (explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY)) if explanation else int(HTTPStatus.OK)
    return render(request, "versions/release_detail.html", context, status=status)
