"""Stacks: all of them, and one with its series."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from versions.domain.refusals import Refusal
from versions.selectors.proposals import approval_rule
from versions.selectors.published import published_table


@login_required
@require_safe
def stack_list(request: HttpRequest) -> HttpResponse:
    try:
        table = published_table().table
    except Refusal:
        return render(request, "versions/no_revision.html")
    return render(request, "versions/stack_list.html", {"table": table})


@login_required
@require_safe
def stack_detail(request: HttpRequest, name: str) -> HttpResponse:
    revision = published_table()
    stack = revision.table.find_stack(name)
    if stack is None:
        raise Refusal("stack::unknown", stack=name)
    return render(
        request,
        "versions/stack_detail.html",
        {
            "stack": stack,
            "revision": revision,
            "is_default": revision.table.default_stack == name,
            "rule": approval_rule(name),
            "today": timezone.now().date(),
        },
    )
