"""The dashboard: what has happened, what is going on, and what waits for somebody."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from builds.domain.statuses import BuildStatus
from builds.selectors.build_rows import BuildRow, build_rows
from builds.selectors.dashboard import BuildSummary, SeriesUse, build_summary
from builds.selectors.filters import BuildFilter
from builds.selectors.queue_depths import queue_depths
from portal.messages import ALL, explain
from portal.pages.dashboard_lists import Bar, ShownBuild
from portal.pages.day_chart import day_chart
from versions.domain.refusals import Refusal
from versions.domain.table import StackStatus, Table
from versions.domain.version import Series
from versions.selectors.outside_copies import copies_to_look_at
from versions.selectors.publishing import PendingChange, pending_change

BUILDS_SHOWN = 6
WARNED_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class SeriesEnd:
    """A series at or near the end of its security fixes that apps still build on."""

    series: Series
    eol_on: date
    has_ended: bool
    days_left: int
    apps: int


@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    summary = build_summary(now=now)
    change = _pending_change()
    ends = _series_ends(change.current.table, summary.series, now.date()) if change else []
    return render(
        request,
        "portal/dashboard.html",
        {
            "summary": summary,
            "change": change,
            "ends": ends,
            "copies": copies_to_look_at(),
            "queue": queue_depths(),
            "reasons": _reason_bars(summary),
            "series": _series_bars(summary, ends),
            "chart": day_chart(summary.by_day),
            "latest": _shown(build_rows(BuildFilter(), limit=BUILDS_SHOWN).rows),
            "failures": _shown(build_rows(BuildFilter(status=BuildStatus.FAILED), limit=BUILDS_SHOWN).rows),
        },
    )


def _pending_change() -> PendingChange | None:
    """None before the first revision."""
    try:
        return pending_change()
    except Refusal:
        return None


def _shown(rows: list[BuildRow]) -> list[ShownBuild]:
    return [ShownBuild(row, _failure(row) if row.failure_code else "") for row in rows]


def _failure(row: BuildRow) -> str:
    """The failure's title; a detail of resolution is the version that was asked for."""
    asked = row.failure_detail or row.request_version
    facts = {"detail": row.failure_detail, "version": asked, "series": asked, "stack": row.stack}
    return explain(row.failure_code, facts).title


def _reason(code: str) -> str:
    """A title that holds for every build, else the code: its title waits for one build's facts."""
    title = ALL[code].title if code in ALL else code
    return code if "{" in title else title


def _series_ends(table: Table, used: tuple[SeriesUse, ...], today: date) -> list[SeriesEnd]:
    """The latest end that any living stack states, for series in use that have ended or will within a year."""
    ends: dict[Series, date] = {}
    for stack in table.stacks:
        if stack.status is not StackStatus.DISCONTINUED:
            for entry in stack.series:
                if entry.eol_on:
                    ends[entry.series] = max(ends.get(entry.series, entry.eol_on), entry.eol_on)
    return [
        SeriesEnd(use.series, ends[use.series], ends[use.series] <= today, (ends[use.series] - today).days, use.apps)
        for use in used
        if use.series in ends and ends[use.series] <= today + WARNED_AHEAD
    ]


def _reason_bars(summary: BuildSummary) -> list[Bar]:
    longest = max((reason.builds for reason in summary.reasons), default=1)
    return [
        Bar(reason.code, _reason(reason.code), reason.builds, _percent(reason.builds, longest), "bad")
        for reason in summary.reasons
    ]


def _series_bars(summary: BuildSummary, ends: list[SeriesEnd]) -> list[Bar]:
    longest = max((use.apps for use in summary.series), default=1)
    tones = {end.series: "bad" if end.has_ended else "warn" for end in ends}
    return [
        Bar(str(use.series), str(use.series), use.apps, _percent(use.apps, longest), tones.get(use.series, ""))
        for use in summary.series
    ]


def _percent(part: int, whole: int) -> int:
    """Of the longest bar; never so short that it can't be seen."""
    return max(2, round(100 * part / whole))
