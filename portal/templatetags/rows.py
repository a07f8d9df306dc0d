"""Rows of the long tables, written at once: `{% load rows %}`.

A table of fifty builds has hundreds of cells. Walking a template's nodes for each of them takes most of a page's time;
filling one text a row does not.
"""

from collections.abc import Iterable
from urllib.parse import quote

from django import template
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from builds.pages.lines import BuildLine
from builds.selectors.app_rows import AppRow
from builds.selectors.hook_ledger import HookRun
from portal.templatetags.filling import filled, filled_rows
from portal.templatetags.parts import NOTHING, ago, blame_words, duration, instant, status_badge
from versions.domain.messages import Blame, Explanation

register = template.Library()

_BUILD = (
    '<tr><td class="cell-status">{badge}</td>'
    '<td class="cell-build"><a class="strong" href="{address}">{app}<span class="muted">#{number}</span></a></td>'
    '<td class="cell-python">{python}</td><td class="cell-stack">{stack}</td>'
    '<td class="cell-installer">{installer}</td><td class="cell-outcome anywhere">{outcome}</td>'
    '<td class="cell-duration num">{duration}</td><td class="cell-started">{started}</td></tr>'
)
_PYTHON = '<strong class="mono">{}</strong> <span class="muted small">{}</span>'
_APP = (
    '<tr><td><a class="strong" href="{address}">{name}</a>{tags}</td><td>{python}</td><td>{stack}</td>'
    '<td>{build}</td><td>{when}</td><td class="anywhere">{owner}</td></tr>'
)
_HOOK = (
    '<tr><td><a href="{address}">#{number}</a></td><td>{badge} <span class="muted">{reason}</span></td>'
    '<td class="num">{exit_code}</td><td class="num">{duration}</td><td class="num">{percent}</td><td>{log}</td>'
    "<td>{when}</td></tr>"
)
_CODE = (
    '<tr><td class="wide"><a class="strong mono anywhere" href="{address}">{code}</a></td><td>{title}</td>'
    '<td class="muted">{blame}</td></tr>'
)
_LOG = '<a href="{}steps/{}/">{}</a>'
_TAG = ' <span class="tag">{}</span>'
_LATEST = '<a href="{}">#{}</a>&nbsp;{}'
_NO_PYTHON = filled('<span class="muted">{}</span>', NOTHING)


@register.simple_tag
def build_table_rows(lines: Iterable[BuildLine], is_app_shown: bool) -> SafeString:  # noqa: FBT001 - a tag's argument
    """The rows of a table of builds; their columns are those of templates/builds/build_rows.html."""
    addresses = BuildAddresses()
    badges: dict[str, SafeString] = {}
    shown = []
    for line in lines:
        row = line.row
        if row.status not in badges:
            badges[row.status] = status_badge(row.status)
        cells = {
            "badge": badges[row.status],
            "address": addresses.of(row.id),
            "app": f"{row.app} " if is_app_shown else "",
            "number": row.number,
            "python": _python(line),
            "stack": row.stack,
            "installer": row.package_manager or NOTHING,
            "outcome": _outcome(line),
            "duration": duration(row.duration_seconds),
            "started": instant(row.created_at),
        }
        shown.append(cells)
    return filled_rows(_BUILD, shown)


def _outcome(line: BuildLine) -> SafeString | str:
    if not line.outcome:
        return ""
    tone = "bad" if line.row.status == "failed" else "warn"
    return filled('<span class="is-text-{}">{}</span>', tone, line.outcome)


class BuildAddresses:
    """Addresses of many builds: the pattern is looked up once."""

    def __init__(self) -> None:
        self._before, _number, self._after = reverse("builds:build-detail", args=[0]).rpartition("0")

    def of(self, build_id: int) -> str:
        return f"{self._before}{build_id}{self._after}"


@register.simple_tag
def app_table_rows(apps: Iterable[tuple[AppRow, BuildLine | None]]) -> SafeString:
    """The rows of a table of apps, each with the line of its latest build."""
    builds = BuildAddresses()
    app_before, _name, app_after = reverse("builds:app-detail", args=["0"]).rpartition("0")
    shown = []
    for app, line in apps:
        row = line.row if line else None
        cells = {
            "address": f"{app_before}{app.name}{app_after}",
            "name": app.name,
            "tags": _tags(app),
            "python": _python(line),
            "stack": (row.stack if row else "") or NOTHING,
            "build": filled(_LATEST, builds.of(row.id), row.number, status_badge(row.status)) if row else _none(),
            "when": ago(row.created_at) if row else "",
            "owner": app.owner or NOTHING,
        }
        shown.append(cells)
    return filled_rows(_APP, shown)


@register.simple_tag
def hook_table_rows(runs: Iterable[HookRun], can_read_logs: bool) -> SafeString:  # noqa: FBT001 - a tag's argument
    """The rows of a table of one hook's runs."""
    builds = BuildAddresses()
    badges: dict[str, SafeString] = {}
    shown = []
    for run in runs:
        if run.status not in badges:
            badges[run.status] = status_badge(run.status)
        address = builds.of(run.build_id)
        cells = {
            "address": f"{address}#step-{run.name}",
            "number": run.build_number,
            "badge": badges[run.status],
            "reason": run.skip_reason,
            "exit_code": NOTHING if run.exit_code is None else run.exit_code,
            "duration": duration(run.duration_seconds),
            "percent": NOTHING if run.limit_percent is None else f"{run.limit_percent:.0f} %",
            "log": _log(run, address if can_read_logs else ""),
            "when": instant(run.created_at),
        }
        shown.append(cells)
    return filled_rows(_HOOK, shown)


@register.simple_tag
def code_table_rows(explanations: Iterable[Explanation]) -> SafeString:
    """The rows of a table of codes, each leading to its page."""
    before, _code, after = reverse("portal:code-detail", args=["code"]).rpartition("code")
    blamed = {blame: str(blame_words(blame)) for blame in Blame}
    shown = (
        {
            "address": f"{before}{quote(known.code, safe=':')}{after}",
            "code": known.code,
            "title": known.title,
            "blame": blamed[known.blame],
        }
        for known in explanations
    )
    return filled_rows(_CODE, shown)


def _log(run: HookRun, address: str) -> SafeString | str:
    """How much it printed, as a link for whoever may read it."""
    if not run.log_size:
        return NOTHING
    size = filesizeformat(run.log_size)
    return filled(_LOG, address, run.name, size) if address else size


def _tags(app: AppRow) -> SafeString:
    words = [] if app.is_active else [_("dormant")]
    if app.hold:
        words.append(_("held at %(version)s") % {"version": app.hold.version})
    return SafeString("".join([filled(_TAG, word) for word in words]))


def _none() -> SafeString:
    return filled('<span class="muted">{}</span>', _("none yet"))


def _python(line: BuildLine | None) -> SafeString:
    if line is None or not line.row.python_version:
        return _NO_PYTHON
    return filled(_PYTHON, line.row.python_version, line.python_note)
