"""The impact preview against reality: a fleet of apps resolves before and after, and each app fares as was foretold."""

from collections.abc import Iterator
from itertools import product

import pytest
from pytest_django import DjangoAssertNumQueries

from builds.domain.impact import Fate, Situation, impact
from builds.models import App
from builds.selectors.impact import all_affected_apps, fleet_impact
from tests.fleet import build_fleet
from tests.pages.published import verified_release
from tests.tables import shipped_document, shipped_table
from versions.domain.actor import Actor
from versions.domain.resolution import Request, resolve
from versions.domain.retirement import Retirement
from versions.domain.table import ReleaseEntry, ReleaseStatus, Ruleset, Table
from versions.domain.version import Version
from versions.selectors.published import published_table
from versions.services.pending import import_table, write_release
from versions.services.publishing import publish_pending

SOMEBODY = Actor("somebody")
FILES = ("runtime.txt", ".python-version")
REQUESTS = ("3.12", "3.12.3", "3.12.4", "3.8", "3.8.19", "3.9.1", "2.7", "3.99", "3.11.9", "nonsense")
PREVIOUS = ("", "3.12.3", "3.12.4", "3.8.19", "3.11.9")


def situations(table: Table) -> Iterator[Situation]:
    """Every kind of app: asking for anything or nothing, with every last build, on every stack and on none."""
    for stack in (*(entry.name for entry in table.stacks), "gone-18"):
        for request, previous in product(REQUESTS, PREVIOUS):
            yield Situation(stack, "amd64", request, FILES[0], previous)
        for previous in PREVIOUS:
            yield Situation(stack, "amd64", "", "", previous)
            yield Situation(stack, "amd64", previous.rpartition(".")[0] or "3.12", "cached", previous)
            yield Situation(stack, "amd64", "3.12", "default", previous)


def what_a_builder_gets(situation: Situation, table: Table) -> str:
    """The release, as the public function of resolution answers a builder that sends what the contract says."""
    stack = table.find_stack(situation.stack)
    asks = situation.request_version and situation.request_origin in FILES
    previous = situation.python_version if stack and stack.ruleset is Ruleset.CURRENT else None
    if previous == "" and situation.request_origin == "cached":
        previous = f"{situation.request_version}.1"  # the build failed, but the builder's cache still has its release
    if asks and situation.request_version == "nonsense":
        return ""
    request = Request(situation.request_version, situation.request_origin) if asks else None
    answer = resolve(request, stack=situation.stack, table=table, previous=previous or None)
    return str(answer.release.version) if answer.release and not answer.failure else ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["2024-documented", "2026-08-current"])
def test_preview_and_reality_agree_for_each_app(name: str) -> None:
    import_table(document=shipped_document(name))
    publish_pending(message="before", actor=SOMEBODY)
    build_fleet(list(situations(published_table().table)))
    before = published_table().table
    for stack in before.stacks:
        write_release(stack=stack.name, release=verified_release(Version(3, 12, 99)))
        write_release(stack=stack.name, release=verified_release(Version(3, 99, 0)))
        write_release(
            stack=stack.name, release=ReleaseEntry(Version(3, 11, 9), None, ReleaseStatus.WITHDRAWN, "unsafe")
        )
    previewed = publish_pending(message="after", actor=SOMEBODY)
    assert previewed is not None
    fleet = fleet_impact(before, previewed.table)
    foretold = {app.name: app for fate in Fate for app in all_affected_apps(fleet, fate)}
    assert len(foretold) == App.objects.count() == fleet.counts.apps
    for app in App.objects.all():
        last = app.builds.order_by("-number")[0]
        situation = Situation(last.stack, last.arch, last.request_version, last.request_origin, last.python_version)
        found = foretold[app.name]
        assert found.situation == situation
        assert found.impact.before == what_a_builder_gets(situation, before), situation
        assert found.impact.after == what_a_builder_gets(situation, published_table().table), situation
    assert {app.impact.fate for app in foretold.values()} >= {Fate.MOVES, Fate.STAYS_PINNED, Fate.NEWLY_FAILS}


@pytest.mark.django_db
def test_apps_that_are_not_active_or_never_built_are_left_out() -> None:
    import_table(document=shipped_document("2024-documented"))
    publish_pending(message="before", actor=SOMEBODY)
    build_fleet([Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.3")] * 2)
    App.objects.filter(name="app-0").update(is_active=False)
    App.objects.create(name="never-built")
    table = published_table().table
    assert fleet_impact(table, table).counts.apps == 1


class TestFates:
    TABLE = shipped_table("2026-08-current")

    def fate(self, after: Table, request: str, previous: str = "", origin: str = ".python-version") -> Fate:
        stack = self.TABLE.stacks[0].name
        return impact(Situation(stack, "amd64", request, origin, previous), self.TABLE, after).fate

    def test_same_table_moves_nobody(self) -> None:
        assert self.fate(self.TABLE, "3.12") is Fate.STAYS
        assert self.fate(self.TABLE, "", "3.12.1", "") is Fate.STAYS_STICKY
        newest = self.TABLE.stacks[0].series[0].newest
        assert newest is not None
        assert self.fate(self.TABLE, str(newest.version)) is Fate.STAYS_PINNED
        assert self.fate(self.TABLE, "2.7") is Fate.STILL_FAILS

    def test_withdrawing_the_newest(self) -> None:
        stack = self.TABLE.stacks[0]
        newest = stack.series[0].newest
        assert newest is not None
        after = Retirement(newest.version, (stack.name,), ReleaseStatus.WITHDRAWN, "unsafe").applied(self.TABLE)
        assert self.fate(after, str(newest.version)) is Fate.NEWLY_FAILS
        assert self.fate(after, str(newest.version.series)) is Fate.MOVES
        back = impact(Situation(stack.name, "amd64", str(newest.version), ".python-version", ""), after, self.TABLE)
        assert back.fate is Fate.RECOVERS

    def test_yanking_warns_who_asks_exactly(self) -> None:
        stack = self.TABLE.stacks[0]
        newest = stack.series[0].newest
        assert newest is not None
        after = Retirement(newest.version, (stack.name,), ReleaseStatus.YANKED, "slow").applied(self.TABLE)
        found = impact(Situation(stack.name, "amd64", str(newest.version), "x", ""), self.TABLE, after)
        assert (found.fate, found.new_warnings) == (Fate.STAYS_PINNED, ("release-yanked",))


@pytest.mark.django_db
def test_the_question_is_answered_from_one_short_table(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Not from the builds, of which there may be millions."""
    table = shipped_table("2024-documented")
    with django_assert_num_queries(1) as asked:
        fleet_impact(table, table)
    assert "builds_build" not in asked.captured_queries[0]["sql"]
