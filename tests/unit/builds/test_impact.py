"""What a change of the table does to an app's next build."""

from dataclasses import replace

import pytest

from builds.domain.impact import Fate, Impact, Situation, impact, next_resolution
from tests.tables import small_table
from versions.domain.resolution import Request
from versions.domain.table import Ruleset, Table

STACK = "stack-22"


def current(*versions: str) -> Table:
    table = small_table(*versions)
    return replace(table, stacks=(replace(table.stacks[0], ruleset=Ruleset.CURRENT),))


BEFORE, AFTER = current("3.11.8", "3.12.2"), current("3.12.2", "3.12.4")


def app(version: str = "", origin: str = "runtime.txt", runs: str = "", held_at: str = "") -> Situation:
    return Situation(STACK, "amd64", version, origin, runs, held_at)


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (app("3.12", runs="3.12.2"), Impact(Fate.MOVES, "3.12.2", "3.12.4", "", ())),
        (app("3.11", runs="3.11.8"), Impact(Fate.NEWLY_FAILS, "3.11.8", "", "python-version::eol", ())),
        (app("3.12.4"), Impact(Fate.RECOVERS, "", "3.12.4", "", ())),
        (
            app("3.12.2", runs="3.12.2"),
            Impact(Fate.STAYS_PINNED, "3.12.2", "3.12.2", "", ("patch-update-available",)),
        ),
        (app("3.99"), Impact(Fate.STILL_FAILS, "", "", "python-version::unknown-major", ())),
        (app("3.12", held_at="3.12.2"), Impact(Fate.STAYS_HELD, "3.12.2", "3.12.2", "", ())),
        (
            app("3.12", held_at="3.11.8"),
            Impact(Fate.NEWLY_FAILS, "3.11.8", "", "python-version::held-unavailable", ()),
        ),
        (app("3.12", held_at="nonsense"), Impact(Fate.MOVES, "3.12.2", "3.12.4", "", ())),
        (
            Situation("elsewhere", "amd64", "3.12", "runtime.txt", ""),
            Impact(Fate.STILL_FAILS, "", "", "checks::stack::unknown", ()),
        ),
    ],
)
def test_fates(situation: Situation, expected: Impact) -> None:
    assert impact(situation, BEFORE, AFTER) == expected


def test_a_request_that_nothing_understands_fails_as_before() -> None:
    assert impact(app("banana"), BEFORE, AFTER) == Impact(Fate.STILL_FAILS, "", "", "", ())
    assert next_resolution(app("banana"), AFTER).request == Request("banana", "runtime.txt")


@pytest.mark.parametrize(
    ("situation", "request_then", "fate"),
    [
        (app("", "", runs="3.11.8"), Request("3.11", "cached"), Fate.STAYS_STICKY),
        (app("3.11", "cached", runs="3.11.8"), Request("3.11", "cached"), Fate.STAYS_STICKY),
        (app("3.11", "cached"), Request("3.11", "cached"), Fate.STAYS_STICKY),  # the build failed, the series is told
        (app("3.11.8", "cached"), Request("3.11", "cached"), Fate.STAYS_STICKY),
        (app("nonsense", "cached"), Request("3.12", "default"), Fate.STAYS),
        (app("3.11", "default"), Request("3.12", "default"), Fate.STAYS),
        (app("", ""), Request("3.12", "default"), Fate.STAYS),
    ],
)
def test_an_app_that_asks_for_nothing(situation: Situation, request_then: Request, fate: Fate) -> None:
    assert next_resolution(situation, BEFORE).request == request_then
    assert impact(situation, BEFORE, BEFORE).fate is fate


def test_the_documented_rules_remember_no_release() -> None:
    table = small_table("3.11.8", "3.12.2")
    assert next_resolution(app("", "", runs="3.11.8"), table).request == Request("3.12", "default")
