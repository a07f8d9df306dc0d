"""The dashboard's figures are true, and it says what to do when there are none."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from builds.models import Build
from builds.selectors.dashboard import DayOfBuilds, build_summary
from portal.pages.day_chart import BARS_HEIGHT, day_chart
from tests.pages.published import leave_pending, publish_shipped, report_builds

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def report(count: int, *, at: datetime, seconds: int = 60, app: str = "shop", status: str = "succeeded") -> None:
    known = set(Build.objects.values_list("pk", flat=True))
    report_builds(count, app=app, status=status, failure_code="hooks::pre_compile" if status == "failed" else "")
    made = Build.objects.exclude(pk__in=known)
    made.update(created_at=at, started_at=at, finished_at=at + timedelta(seconds=seconds))


def test_portal_without_builds_shows_the_command(viewer_page: Client) -> None:
    publish_shipped()
    html = viewer_page.get("/").content.decode()
    assert "No builds yet" in html
    assert "python -m builds.builder build" in html


def test_waiting_release_is_announced_to_who_may_publish(viewer_page: Client, publisher_page: Client) -> None:
    publish_shipped()
    leave_pending()
    assert "1 release waits to be published" in viewer_page.get("/").content.decode()
    assert "Look and publish" not in viewer_page.get("/").content.decode()
    assert "Look and publish" in publisher_page.get("/").content.decode()


def test_series_past_its_end_is_named_with_its_apps(viewer_page: Client) -> None:
    publish_shipped()
    report_builds(2, app="shop")
    report_builds(1, app="crm")
    html = viewer_page.get("/").content.decode()
    assert "no security fixes since 31 Oct 2024" in html
    assert "2 apps still on it" in html


def test_figures_of_the_week_and_the_one_before(db: None) -> None:
    report(6, at=NOW - timedelta(days=1), seconds=60)
    report(2, at=NOW - timedelta(days=2), seconds=120, status="failed", app="crm")
    report(1, at=NOW - timedelta(days=8), status="failed")
    report(1, at=NOW - timedelta(days=15))
    summary = build_summary(now=NOW)
    assert (summary.now.builds, summary.before.builds) == (8, 1)
    assert (summary.now.failure_percent, summary.failure_change_points) == (25.0, -75.0)
    assert summary.now.median_seconds == 60
    assert [(reason.code, reason.builds) for reason in summary.reasons] == [("hooks::pre_compile", 2)]
    assert [(str(use.series), use.apps) for use in summary.series] == [("3.8", 2)]


def test_figures_of_nothing_are_nothing(db: None) -> None:
    summary = build_summary(now=NOW)
    assert (summary.now.builds, summary.now.failure_percent, summary.now.p95_seconds) == (0, None, None)
    assert summary.failure_change_points is None


def test_days_have_no_gaps_and_count_in_utc(db: None) -> None:
    report(1, at=datetime(2026, 3, 14, 23, 59, tzinfo=UTC))
    report(1, at=datetime(2026, 3, 15, 0, 1, tzinfo=UTC), status="failed")
    days = build_summary(now=NOW).by_day
    assert [day.day for day in days] == [date(2026, 2, 14) + timedelta(days=step) for step in range(30)]
    assert [(day.succeeded, day.failed, day.failure_percent) for day in days[-2:]] == [(1, 0, 0.0), (0, 1, 100.0)]


def test_sample_that_ends_within_the_days_shows_whole_days_only(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builds.selectors.hours.SAMPLE_ROWS", 3)
    report(3, at=datetime(2026, 3, 14, tzinfo=UTC))
    report(3, at=datetime(2026, 3, 15, tzinfo=UTC))
    summary = build_summary(now=NOW)
    assert [(day.day, day.succeeded) for day in summary.by_day] == [(date(2026, 3, 15), 3)]
    assert (summary.now.builds, summary.now.is_capped) == (3, True)


def test_chart_of_days_without_builds_is_none() -> None:
    assert day_chart(()) is None
    assert day_chart((DayOfBuilds(date(2026, 3, 1), 0, 0, 0),)) is None


@pytest.mark.parametrize(("highest", "top"), [(1, 4), (4, 4), (5, 8), (9, 20), (160, 200), (161, 200), (5000, 8000)])
def test_chart_is_as_high_as_its_highest_bar_needs(highest: int, top: int) -> None:
    chart = day_chart((DayOfBuilds(date(2026, 3, 1), highest, 0, 0),))
    assert chart is not None
    assert [tick.value for tick in chart.ticks] == [top // 4 * level for level in (1, 2, 3, 4)]
    assert chart.bars[0].blocks[0].height == round(BARS_HEIGHT * highest / top, 1)


def test_blocks_of_a_bar_stand_on_each_other() -> None:
    chart = day_chart((DayOfBuilds(date(2026, 3, 1), 2, 1, 1),))
    assert chart is not None
    blocks = chart.bars[0].blocks
    assert [(block.tone, block.top + block.height) for block in blocks] == [("good", 120), ("bad", 60), ("idle", 30)]


def test_failure_rate_passes_over_days_without_builds() -> None:
    days = [DayOfBuilds(date(2026, 3, 1 + step), ok, bad, 0) for step, (ok, bad) in enumerate([(1, 0), (0, 0), (0, 1)])]
    chart = day_chart(tuple(days))
    assert chart is not None
    assert [(segment.y1, segment.y2) for segment in chart.segments] == [(60, 0)]
