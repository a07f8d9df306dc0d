"""Small parts of every page: icons, status badges, instants and durations. `{% load parts %}`."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from portal.templatetags.filling import filled

register = template.Library()


class Look(NamedTuple):
    """How a status is shown: the class of its colour, its icon, its word."""

    tone: str
    icon: str
    word: StrOrPromise


# Builds, steps, stacks, series and releases share one vocabulary of looks; their enums' values never clash.
LOOKS = {
    "queued": Look("idle", "wait", _("Queued")),
    "running": Look("run", "run", _("Running")),
    "succeeded": Look("good", "good", _("Succeeded")),
    "failed": Look("bad", "bad", _("Failed")),
    "cancelled": Look("idle", "skip", _("Cancelled")),
    "lost": Look("warn", "lost", _("Lost")),
    "pending": Look("idle", "wait", _("Pending")),
    "skipped": Look("idle", "skip", _("Skipped")),
    "supported": Look("good", "good", _("Supported")),
    "deprecated": Look("warn", "warn", _("Deprecated")),
    "discontinued": Look("bad", "bad", _("Discontinued")),
    "removed": Look("bad", "removed", _("Removed")),
    "available": Look("good", "good", _("Available")),
    "yanked": Look("warn", "warn", _("Yanked")),
    "withdrawn": Look("bad", "bad", _("Withdrawn")),
    "verified": Look("good", "good", _("Verified")),
    "unverified": Look("warn", "warn", _("Unverified")),
}
# Whose turn it is, by an explanation's blame.
_BLAMED = {"app": _("the app's developer"), "platform": _("the platform"), "caller": _("whoever asked")}
_REMEDIES = {
    "next-build": _("Next build"),
    "unpin": _("Unpin"),
    "end-hold": _("End the hold"),
    "publish": _("Publish the fix"),
    "upgrade-series": _("Upgrade the series"),
}
MINUTE, HOUR, DAY = 60, 3600, 86400  # seconds
NOTHING = "\N{EN DASH}"


def look_of(status: str) -> Look:
    """A status that is not known here is shown by its own word."""
    return LOOKS.get(str(status)) or Look("idle", "lost", str(status))


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """An icon of portal/static/portal/icons.svg. It only decorates: the word beside it carries the meaning."""
    return _icon(name, classes)


@lru_cache(maxsize=256)
def _icon(name: str, classes: str) -> SafeString:
    """A page shows the same few icons a hundred times; where their sheet lies is settled when a process starts."""
    return filled(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {classes}" if classes else "",
        static("portal/icons.svg"),
        name,
    )


@register.simple_tag
def status_badge(status: str) -> SafeString:
    """Icon, word and colour of a status."""
    look = look_of(status)
    shown = icon(look.icon, "spin" if look.icon == "run" else "")
    return filled('<span class="badge is-{}">{}{}</span>', look.tone, shown, look.word)


@register.simple_tag
def status_icon(status: str) -> SafeString:
    """The icon alone, its word read out to those who don't see it."""
    look = look_of(status)
    shown = icon(look.icon, f"step-icon is-{look.tone}{' spin' if look.icon == 'run' else ''}")
    return filled('{}<span class="visually-hidden">{}</span>', shown, look.word)


@register.filter
def status_word(status: str) -> StrOrPromise:
    return look_of(status).word


@register.filter
def blame_words(blame: str) -> StrOrPromise:
    """Who has to act, in words."""
    return _BLAMED[blame]


@register.filter
def remedy_words(remedy: str) -> StrOrPromise:
    """What fixes an affected app, in words."""
    return _REMEDIES[remedy]


@register.filter
def instant(moment: datetime | None) -> SafeString | str:
    """As "20 Nov 2026, 11:14", exact in the title. Times are UTC."""
    if moment is None:
        return NOTHING
    utc = timezone.localtime(moment, timezone.get_default_timezone())
    return _time_element(utc, f"{utc.day} {utc:%b %Y, %H:%M}")


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """As "27 minutes ago", exact in the title; dates once it is more than a week."""
    if moment is None:
        return NOTHING
    utc = timezone.localtime(moment, timezone.get_default_timezone())
    seconds = max(0, int((timezone.now() - utc).total_seconds()))
    if seconds < MINUTE:
        return _time_element(utc, str(_("just now")))
    if seconds < HOUR:
        text = ngettext("%d minute ago", "%d minutes ago", seconds // MINUTE) % (seconds // MINUTE)
    elif seconds < DAY:
        text = ngettext("%d hour ago", "%d hours ago", seconds // HOUR) % (seconds // HOUR)
    elif seconds < 7 * DAY:
        text = ngettext("%d day ago", "%d days ago", seconds // DAY) % (seconds // DAY)
    else:
        text = f"{utc.day} {utc:%b %Y}"
    return _time_element(utc, text)


@register.filter
def duration(length: float | timedelta | None) -> str:
    """Seconds as people say them: "600 ms", "2.7 s", "45 s", "1m 18s", "2h 05m"."""
    if length is None:
        return NOTHING
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:  # a tenth matters only while there are few seconds
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE}m {whole % MINUTE:02d}s"
    return f"{whole // HOUR}h {whole % HOUR // MINUTE:02d}m"


def _time_element(utc: datetime, text: str) -> SafeString:
    return filled(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>', utc.isoformat(), f"{utc:%Y-%m-%d %H:%M:%S} UTC", text
    )
