"""The version matrix: what every stack offers, and what waits to be published."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from versions.domain.refusals import Refusal
from versions.selectors.matrix import version_matrix
from versions.selectors.pending import pending_state
from versions.selectors.publishing import pending_change

EOL_SOON = timedelta(days=365)


@login_required
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """`?discontinued=1` shows the discontinued stacks, too."""
    has_discontinued = request.GET.get("discontinued") == "1"
    try:
        found = version_matrix(pending=pending_state().table, with_discontinued=has_discontinued)
    except Refusal:
        return render(request, "versions/no_revision.html")
    today = timezone.now().date()
    return render(
        request,
        "versions/matrix.html",
        {
            "matrix": found,
            "change": pending_change(),
            "today": today,
            "soon": today + EOL_SOON,
            "has_discontinued": has_discontinued,
        },
    )
