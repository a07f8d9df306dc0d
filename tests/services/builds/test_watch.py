"""What a revision's page says of builds: counts on either side, new failures, apps moved, builders that have it."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from builds.domain.impact import Situation
from builds.domain.messages import Blame
from builds.models import App, Build
from builds.selectors.watch import BUILDERS, COUNTS_BEFORE, COUNTS_ON, LATE, RevisionWatch, revision_watch
from builds.selectors.watched_apps import MOVED, foretold, watched_apps
from tests.fleet import build_fleet
from tests.pages.published import SOMEBODY, leave_pending, publish_shipped, publish_waiting
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.selectors.published import published_table
from versions.services.publishing import roll_back

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def reported(
    at: datetime, *, revision: int | None, code: str = "", status: str = "", app: str = "shop", python: str = "",
    builder: str = "b1",
) -> None:  # fmt: skip
    owner, _is_new = App.objects.get_or_create(name=app)
    version = Version.parse(python)
    Build.objects.create(
        app=owner, number=owner.builds.count() + 1, stack="scalingo-22", arch="amd64",
        status=status or ("failed" if code else "succeeded"), failure_code=code, requested_by_name="token one",
        revision=revision, detection={"detected": True}, builder={"name": builder}, python_version=python,
        python_major=version.major if version else None, python_minor=version.minor if version else None,
        python_patch=version.patch if version else None,
        created_at=at, started_at=at, finished_at=at,
    )  # fmt: skip


def watch(number: int = 2, *, later: timedelta = HOUR) -> RevisionWatch:
    return revision_watch(number, now=published_table(number).published_at + later)


@pytest.fixture
def patched(db: None) -> datetime:
    """Revision 2 brings 3.12.4 to scalingo-22; the instant of its publication."""
    publish_shipped()
    leave_pending("3.12.4")
    build_fleet(
        [
            Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.3"),
            Situation("scalingo-22", "amd64", "3.12.3", "runtime.txt", "3.12.3"),
            Situation("scalingo-22", "amd64", "", "default", "3.12.3"),
            Situation("scalingo-20", "amd64", "3.12", "runtime.txt", "3.12.3"),
        ]
    )
    Build.objects.update(revision=1, builder={"name": "b0"})
    return publish_waiting().published_at


class TestSides:
    def test_builds_count_by_the_revision_that_they_used(self, patched: datetime) -> None:
        Build.objects.all().delete()
        for minutes, revision, code in (
            (-30, 1, ""), (-20, 1, "hooks::pre_compile"), (-90, 1, ""), (5, 2, ""), (6, 2, ""), (7, 1, "build::lost"),
            (8, None, "hooks::pre_compile"), (-1, 2, "builder::full-disk"),
        ):  # fmt: skip
            reported(patched + minutes * MINUTE, revision=revision, code=code)
        found = watch()
        assert (found.on_it.builds, found.on_it.failed, found.before.builds, found.before.failed) == (3, 1, 2, 1)
        assert found.on_it.failure_percent == pytest.approx(100 / 3)
        assert found.failure_change_points == pytest.approx(100 / 3 - 50)

    def test_failures_are_split_by_fault(self, patched: datetime) -> None:
        for code in ("hooks::pre_compile", "builder::full-disk", "made::up", "install-dependencies::pip"):
            reported(patched + MINUTE, revision=2, code=code)
        reported(patched + MINUTE, revision=2, status="lost")
        side = watch().on_it
        assert side.blame_app + side.blame_platform + side.blame_other == side.failed == 5
        assert (side.blame_app, side.blame_platform) >= (2, 1)

    def test_running_and_cancelled_builds_are_no_failures(self, patched: datetime) -> None:
        reported(patched + MINUTE, revision=2, status="cancelled")
        assert (watch().on_it.builds, watch().on_it.failure_percent) == (1, None)

    def test_nothing_has_built_yet(self, patched: datetime) -> None:
        found = watch(later=timedelta(0))
        assert (found.on_it.builds, found.on_it.failure_percent, found.is_open) == (0, None, True)
        assert found.before.hours == 1

    def test_a_revision_that_another_followed_is_no_longer_watched(self, patched: datetime) -> None:
        roll_back(number=1, message="back", actor=SOMEBODY)
        assert not watch(later=HOUR).is_open
        assert watch(3).is_open
        assert not watch(3, later=timedelta(days=8)).is_open

    def test_an_unknown_revision(self, patched: datetime) -> None:
        with pytest.raises(Refusal, match="revision::unknown"):
            revision_watch(9, now=timezone.now())


class TestNewFailures:
    def test_a_code_that_came_with_the_revision(self, patched: datetime) -> None:
        reported(patched - 3 * HOUR, revision=1, code="hooks::pre_compile")  # outside the hour that is compared
        reported(patched - timedelta(days=20), revision=1, code="hooks::post_compile")
        for code in ("hooks::pre_compile", "hooks::post_compile", "builder::full-disk", "builder::full-disk"):
            reported(patched + MINUTE, revision=2, code=code)
        found = watch()
        assert [(line.code, line.builds, line.is_unheard) for line in found.new_codes] == [
            ("builder::full-disk", 2, True), ("hooks::post_compile", 1, False),
        ]  # fmt: skip
        assert found.codes[2].before == 0
        assert found.codes[0].blame is Blame.PLATFORM


class TestApps:
    def test_those_that_the_preview_named_and_those_that_moved(self, patched: datetime) -> None:
        found = watch()
        assert (found.foretold.moves, found.moved) == (2, 0)
        reported(patched + MINUTE, revision=2, app="app-0", python="3.12.4")
        reported(patched + MINUTE, revision=2, app="app-1", python="3.12.3")  # pinned, foretold to stay
        reported(patched + MINUTE, revision=2, app="app-3", python="3.12.4")  # on a stack where nothing moves
        reported(patched + MINUTE, revision=2, app="app-2", python="3.11.9")  # asks for something else by now
        found = watch(later=2 * HOUR)
        assert self.listed(found, has_moved=True) == [("app-0", "team-0", "3.12.3", "3.12.4")]
        assert self.listed(found, has_moved=False) == [("app-2", "team-2", "3.12.3", "3.12.4")]
        assert self.listed(found, has_moved=False, after="app-2") == []

    def test_builds_on_other_revisions_move_nobody(self, patched: datetime) -> None:
        reported(patched + MINUTE, revision=1, app="app-0", python="3.12.4")
        assert watch().moved == 0

    def test_what_was_foretold_is_not_forgotten_when_apps_have_moved(self, patched: datetime) -> None:
        before = foretold(published_table(2))
        reported(patched + MINUTE, revision=2, app="app-0", python="3.12.4")
        assert foretold(published_table(2)) == before
        assert watch().moved == 1

    @staticmethod
    def listed(found: RevisionWatch, *, has_moved: bool, after: str = "") -> list[tuple[str, str, str, str]]:
        rows = watched_apps(
            found.foretold, number=2, since=found.since, until=found.until + LATE, has_moved=has_moved, after=after
        )
        return [(row.name, row.owner, row.before, row.after) for row in rows]


class TestBuilders:
    def test_who_has_built_on_it_of_those_of_the_last_day(self, patched: datetime) -> None:
        Build.objects.all().delete()
        reported(patched - 2 * HOUR, revision=1, builder="lags")
        reported(patched - 2 * HOUR, revision=1, builder="quick")
        reported(patched + MINUTE, revision=2, builder="quick")
        reported(patched - timedelta(days=3), revision=1, builder="gone")
        found = watch()
        assert [(row.name, row.revision, row.has_seen) for row in found.builders] == [
            ("lags", 1, False), ("quick", 2, True),
        ]  # fmt: skip
        assert found.builders_seen == 1


@pytest.mark.parametrize("statement", [COUNTS_ON, COUNTS_BEFORE, MOVED])
def test_a_stretch_of_one_index_answers(
    statement: str, owner_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    """A plan, not a clock: the heap of builds is not asked."""
    now, day = timezone.now(), timedelta(days=1)
    app = App.objects.create(name="shop")
    Build.objects.bulk_create(  # which ended before they asked for a release: the index leaves them out
        Build(app=app, number=n, stack="s", arch="amd64", status="cancelled", created_at=now, finished_at=now)
        for n in range(1, 401)
    )
    lists = ("stack", "arch", "version", "origin", "python", "held", "before", "after")
    facts: dict[str, Any] = {"number": 2, "since": now - day, "until": now + day, "compared": now, "limit": 9}
    parameters = facts | {name: ["x"] for name in lists}
    owner_connection.execute("VACUUM ANALYZE builds_build")  # else the plan follows from what other tests left
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Only Scan using build_watch" in plan, plan


@pytest.mark.django_db
def test_builders_are_read_newest_first_and_no_further() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {BUILDERS}", {"since": now, "until": now, "limit": 9})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Limit" in plan
    assert "Seq Scan" not in plan
