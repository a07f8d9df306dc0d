"""Lists of builds: what passes a filter, how many there are, and that both say the same."""

from datetime import UTC, datetime, timedelta

import pytest

from builds.domain.statuses import BuildStatus
from builds.models import App, Build
from builds.selectors import build_rows as selectors
from builds.selectors import filters
from builds.selectors.build_rows import CappedCount, build_counts, build_rows, every_build_row
from builds.selectors.filters import BuildFilter
from tests.reporting import OTHER_STACK, STACK
from versions.domain.version import Series, Version

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
FILTERS = (
    BuildFilter(),
    BuildFilter(app="shop"),
    BuildFilter(app="nobody"),
    BuildFilter(app_like="sh"),
    BuildFilter(app_like="o", status=BuildStatus.FAILED),
    BuildFilter(app="shop", app_like="cr"),
    BuildFilter(stack=STACK, python=Series(3, 12)),
    BuildFilter(stacks=(OTHER_STACK,), python=Version(3, 12, 2)),
    BuildFilter(failure="hooks::pre_compile", stack=STACK),
    BuildFilter(failure="hooks::pre_compile", status=BuildStatus.SUCCEEDED),
    BuildFilter(failure="hooks::postdeploy"),
    BuildFilter(since=NOW - timedelta(minutes=20), until=NOW - timedelta(minutes=4)),
)


@pytest.fixture(autouse=True)
def _builds(db: None) -> None:
    """Thirty builds of three apps, two a minute, on two stacks and two releases, every third failed."""
    apps = App.objects.bulk_create(App(name=name) for name in ("shop", "crm", "shoes"))
    Build.objects.bulk_create(
        Build(
            app=apps[number % 3], number=number, stack=(STACK, OTHER_STACK)[number % 2], arch="amd64",
            status="failed" if number % 3 == 1 else "succeeded", requested_by_name="a test",
            failure_code=("", "hooks::pre_compile", "hooks::postdeploy")[number % 3],
            python_version=f"3.12.{number % 4}",
            python_major=3, python_minor=12, python_patch=number % 4, created_at=NOW - timedelta(minutes=number // 2),
            started_at=NOW, finished_at=NOW,
        )
        for number in range(30)
    )  # fmt: skip


def passing(wanted: BuildFilter) -> list[int]:
    """What passes, found out in plain Python."""
    rows = Build.objects.select_related("app").order_by("-created_at", "-id")
    return [build.pk for build in rows if _passes(build, wanted)]


def _passes(build: Build, wanted: BuildFilter) -> bool:
    python = wanted.python
    patch = python.patch if isinstance(python, Version) else build.python_patch
    return all(
        (
            wanted.app in {"", build.app.name},
            wanted.app_like in build.app.name,
            wanted.stack in {"", build.stack},
            not wanted.stacks or build.stack in wanted.stacks,
            wanted.status in {None, BuildStatus(build.status)},
            python is None or (python.major, python.minor, patch) == (3, build.python_minor, build.python_patch),
            wanted.failure in {"", build.failure_code},
            wanted.since is None or build.created_at >= wanted.since,
            wanted.until is None or build.created_at < wanted.until,
        )
    )


@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("most_apps", [0, 2000])
def test_pages_hold_all_that_passes_once(wanted: BuildFilter, most_apps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "MOST_APPS", most_apps)
    monkeypatch.setattr(selectors, "BATCH_ROWS", 4)
    assert [row.id for row in every_build_row(wanted)] == passing(wanted)
    assert len(build_rows(wanted, limit=3).rows) == min(3, len(passing(wanted)))


@pytest.mark.parametrize("wanted", FILTERS)
def test_counts_agree_with_the_list(wanted: BuildFilter) -> None:
    counts = build_counts(wanted)
    for status in (None, *BuildStatus):
        number = len(passing(BuildFilter(**{**_fields(wanted), "status": status})))
        assert counts[status] == CappedCount(number, is_capped=False), status


def test_counting_stops_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "COUNT_CAP", 12)
    counts = build_counts(BuildFilter())
    assert counts[BuildStatus.FAILED] == CappedCount(10, is_capped=False)
    assert counts[BuildStatus.SUCCEEDED] == counts[None] == CappedCount(12, is_capped=True)


def _fields(wanted: BuildFilter) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in wanted.__slots__}
