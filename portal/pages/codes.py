"""What every code means, for anybody: builders print these addresses beside a failure."""

from collections.abc import Mapping
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.messages import ALL
from versions.domain.messages import Explanation, fill, outlined


@require_safe
def code_list(request: HttpRequest) -> HttpResponse:
    """All codes by area, in alphabetical order."""
    return render(request, "portal/code_list.html", {"areas": _areas()})


@cache
def _areas() -> Mapping[str, list[Explanation]]:
    """Put together once in a process: the catalogue is part of the program."""
    areas: dict[str, list[Explanation]] = {}
    for code in sorted(ALL):
        # Nothing in a list says what a word in braces stands for, so that gaps are shown as gaps.
        areas.setdefault(code.partition("::")[0], []).append(fill(ALL[code], {}))
    return areas


@require_safe
def code_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One code. Texts keep their gaps: `{version}` stands for whatever an answer fills in."""
    if code not in ALL:
        raise Http404
    return render(request, "portal/code_detail.html", {"explanation": outlined(ALL[code])})
