"""The dashboard's lists, written at once as rows.py writes its tables: `{% load dashboard %}`."""

from collections.abc import Iterable
from urllib.parse import quote

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.pages.dashboard_lists import Bar, ShownBuild
from portal.templatetags.parts import ago, status_badge
from portal.templatetags.rows import BuildAddresses

register = template.Library()

_BUILD = (
    '<li><div class="row"><a class="anywhere" href="{}"><strong>{}</strong> #{}</a>'
    '<span class="muted">{} {}{}</span><span class="muted small">{}</span></div></li>'
)
_PYTHON = "Python <strong>{}</strong> · "
_FAILURE = (
    '<li><div class="row"><a class="anywhere" href="{}"><strong>{}</strong> #{}</a>'
    '<span>{}{}</span><span class="muted small right">{}<br>{}</span></div></li>'
)
_DETAIL = '<br><span class="mono muted anywhere">{}</span>'
_BAR = (
    '<li><a class="anywhere" href="{}">{}</a><svg class="bar" aria-hidden="true">'
    '<rect width="{}%" height="10" rx="3"{}/></svg><span class="right">{}</span></li>'
)
_TONE = ' class="is-{}"'
DETAIL_CHARACTERS = 160


@register.simple_tag
def latest_builds(builds: Iterable[ShownBuild]) -> SafeString:
    addresses = BuildAddresses()
    return format_html_join("\n", _BUILD, (_build(build, addresses) for build in builds))


@register.simple_tag
def latest_failures(builds: Iterable[ShownBuild]) -> SafeString:
    addresses = BuildAddresses()
    return format_html_join("\n", _FAILURE, (_failed(build, addresses) for build in builds))


@register.simple_tag
def bars(shown: Iterable[Bar], field: str) -> SafeString:
    """A bar chart, each bar leading to the builds behind it: the list filtered by `field`."""
    builds = reverse("builds:build-list")
    rows = (
        (
            f"{builds}?{field}={quote(bar.key, safe=':')}",
            bar.label,
            bar.percent,
            format_html(_TONE, bar.tone) if bar.tone else "",
            bar.number,
        )
        for bar in shown
    )
    return format_html_join("\n", _BAR, rows)


def _build(build: ShownBuild, addresses: BuildAddresses) -> tuple[object, ...]:
    row = build.row
    python = format_html(_PYTHON, row.python_version) if row.python_version else ""
    return addresses.of(row.id), row.app, row.number, status_badge(row.status), python, row.stack, ago(row.created_at)


def _failed(build: ShownBuild, addresses: BuildAddresses) -> tuple[object, ...]:
    row = build.row
    reason = build.failure or _("No reason given")
    detail = format_html(_DETAIL, truncatechars(row.failure_detail, DETAIL_CHARACTERS)) if row.failure_detail else ""
    return addresses.of(row.id), row.app, row.number, reason, detail, ago(row.created_at), row.stack
