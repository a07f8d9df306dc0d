"""What every page's frame needs beside its own content: the theme, the shortcuts, and the menu."""

from django.http import HttpRequest

from portal.pages.menu import menu

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"


def frame(request: HttpRequest) -> dict[str, object]:
    """A context processor. `theme` is "light", "dark", or "" for the system's; `has_keys` whether shortcuts are on."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    match = request.resolver_match
    return {
        "theme": chosen if chosen in THEMES[1:] else "",
        "has_keys": request.COOKIES.get(KEYS_COOKIE) != "off",
        "menu": menu(match.view_name if match else ""),
    }
