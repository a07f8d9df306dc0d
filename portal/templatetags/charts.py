"""The many small parts of a chart, written at once: `{% load charts %}`. Numbers are written as SVG wants them."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.pages.day_chart import DayBar, Segment

register = template.Library()

_BLOCK = '<rect class="is-{}" x="{}" width="{}" y="{}" height="{}"/>'
_SEGMENT = '<line class="rate" x1="{}" y1="{}" x2="{}" y2="{}"/>'
_LABEL = '<text x="{}" y="136" text-anchor="middle">{}</text>'
_ROW = '<tr><th scope="row">{}</th><td class="num">{}</td><td class="num">{}</td><td class="num">{}</td></tr>'


@register.simple_tag
def day_bars(bars: Iterable[DayBar]) -> SafeString:
    """Each day's blocks with a tooltip, and below some of them the date."""
    words = {"succeeded": _("succeeded"), "failed": _("failed"), "others": _("others")}
    return format_html_join("", "<g>{}<title>{}</title></g>{}", (_bar(bar, words) for bar in bars))


@register.simple_tag
def rate_line(segments: Iterable[Segment]) -> SafeString:
    """The failure rate from day to day; its coordinates are our own."""
    return SafeString("".join(_SEGMENT.format(part.x1, part.y1, part.x2, part.y2) for part in segments))


@register.simple_tag
def day_rows(bars: Iterable[DayBar]) -> SafeString:
    """The same as rows of a table."""
    days = (bar.day for bar in bars)
    rows = [_ROW.format(f"{_short(day.day)} {day.day.year}", day.succeeded, day.failed, day.others) for day in days]
    return SafeString("".join(rows))  # dates and numbers alone


def _bar(bar: DayBar, words: dict[str, str]) -> tuple[SafeString, str, SafeString | str]:
    day = bar.day
    # Tones and numbers are our own: nothing in a block needs escaping, and there are ninety of them.
    blocks = [_BLOCK.format(block.tone, bar.left, bar.width, block.top, block.height) for block in bar.blocks]
    numbers = f"{day.succeeded} {words['succeeded']}, {day.failed} {words['failed']}, {day.others} {words['others']}"
    label = format_html(_LABEL, bar.middle, _short(day.day)) if bar.is_labelled else ""
    return SafeString("".join(blocks)), f"{_short(day.day)}: {numbers}", label


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"
