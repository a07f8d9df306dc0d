"""A person's own page, and the choices that are kept in cookies: colours and keyboard shortcuts.

Cookies rather than columns, because they must hold on the sign-in page and on error pages too.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.pages.frame import KEYS_COOKIE, THEME_COOKIE, THEMES

COOKIE_AGE_SECONDS = 365 * 24 * 60 * 60


@login_required
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/profile.html")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system has it; anything else is the system's."""
    chosen = request.POST.get("theme", "")
    return _with_cookie(request, THEME_COOKIE, chosen if chosen in THEMES else THEMES[0])


@require_POST
def choose_keys(request: HttpRequest) -> HttpResponse:
    """Keyboard shortcuts on or off."""
    return _with_cookie(request, KEYS_COOKIE, "off" if request.POST.get("keys") == "off" else "on")


def _with_cookie(request: HttpRequest, name: str, value: str) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request))
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_AGE_SECONDS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
    return response


def safe_next(request: HttpRequest) -> str:
    """Where the form says to go on, if that is an address of this site."""
    wanted = request.POST.get("next", "")
    is_own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_own else "/"
