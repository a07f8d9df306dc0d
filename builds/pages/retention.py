"""What is kept of history, and what was pruned."""

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from builds.selectors.retention import retention_runs


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def retention_list(request: HttpRequest) -> HttpResponse:
    context = {"policy": settings.RETENTION_POLICY, "runs": retention_runs()}
    return render(request, "builds/retention_list.html", context)
