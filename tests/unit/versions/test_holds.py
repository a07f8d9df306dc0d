"""What a hold makes of an answer."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import shipped_table, small_table
from versions.domain.resolution import Hold, Request, Resolution, resolve, resolve_held
from versions.domain.resolution.outcomes import HeldReleaseMissing, ReleaseHeld, SeriesDeprecated
from versions.domain.table import ReleaseStatus, Ruleset, SeriesStatus, StackStatus, Table
from versions.domain.version import Version

TABLE = small_table("3.11.9", "3.12.2", "3.12.3")
REAL = shipped_table("2026-08-current")


def hold(text: str) -> Hold:
    version = Version.parse(text)
    assert version is not None
    return Hold(version, "numpy breaks", date(2026, 12, 31), "anna")


def held(request: str | None, at: str, table: Table = TABLE) -> Resolution:
    asked = Request(request, "runtime.txt") if request else None
    return resolve_held(asked, hold=hold(at), stack="stack-22", table=table)


def changed(table: Table, version: str, status: ReleaseStatus, series: SeriesStatus = SeriesStatus.SUPPORTED) -> Table:
    """The table with one release, and its series, in another state."""
    number = Version.parse(version)
    stack = table.stacks[0]
    entries = tuple(
        replace(
            entry,
            status=series if number and entry.series == number.series else entry.status,
            releases=tuple(
                replace(release, status=status, reason="a reason") if release.version == number else release
                for release in entry.releases
            ),
        )
        for entry in stack.series
    )
    return replace(table, stacks=(replace(stack, series=entries),))


@pytest.mark.parametrize(("request_text", "instead"), [("3.12", "3.12.3"), ("3.12.3", "3.12.3"), (None, "3.12.3")])
def test_the_hold_decides_and_the_request_stays(request_text: str | None, instead: str) -> None:
    answer = held(request_text, "3.12.2")
    assert answer.release is not None
    assert answer.failure is None
    assert (str(answer.release.version), answer.release.is_pinned, answer.release.is_outdated) == (
        "3.12.2",
        False,
        True,
    )
    assert answer.request is not None
    assert answer.request.version == (request_text or "3.12")
    expected = ReleaseHeld(hold("3.12.2").version, "numpy breaks", date(2026, 12, 31), "anna", Version(3, 12, 3), "")
    assert answer.warnings == (expected,)


def test_an_app_that_asks_for_the_same_stays_pinned() -> None:
    answer = held("3.12.2", "3.12.2")
    assert answer.release is not None
    assert answer.release.is_pinned
    assert [getattr(warning, "instead", "-") for warning in answer.warnings] == [None]


def test_a_hold_helps_where_the_request_has_no_answer() -> None:
    answer = held("3.99", "3.11.9")
    assert answer.failure is None
    assert answer.release is not None
    assert str(answer.release.version) == "3.11.9"


def test_a_yanked_release_is_held_and_told() -> None:
    answer = held("3.12", "3.12.2", changed(TABLE, "3.12.2", ReleaseStatus.YANKED))
    assert answer.failure is None
    assert [warning.yanked for warning in answer.warnings if isinstance(warning, ReleaseHeld)] == ["a reason"]


def test_a_series_about_to_go_is_still_warned_of() -> None:
    table = changed(TABLE, "3.11.9", ReleaseStatus.AVAILABLE, SeriesStatus.DEPRECATED)
    kinds = [type(warning) for warning in held("3.12", "3.11.9", table).warnings]
    assert kinds == [ReleaseHeld, SeriesDeprecated]


@pytest.mark.parametrize(
    ("table", "at", "status"),
    [
        (TABLE, "3.12.9", "missing"),
        (TABLE, "3.8.1", "missing"),
        (changed(TABLE, "3.12.2", ReleaseStatus.WITHDRAWN), "3.12.2", "withdrawn"),
        (changed(TABLE, "3.12.2", ReleaseStatus.AVAILABLE, SeriesStatus.REMOVED), "3.12.2", "missing"),
    ],
)
def test_what_the_stack_cannot_give_is_no_reason_to_take_another(table: Table, at: str, status: str) -> None:
    answer = held("3.12", at, table)
    assert answer.release is None
    assert isinstance(answer.failure, HeldReleaseMissing)
    assert (answer.failure.status, answer.failure.detail, answer.warnings) == (status, at, ())


@pytest.mark.parametrize("status", [StackStatus.DISCONTINUED, None])
def test_a_stack_that_nothing_is_built_on_goes_first(status: StackStatus | None) -> None:
    table = TABLE if status is None else replace(TABLE, stacks=(replace(TABLE.stacks[0], status=status),))
    stack = "elsewhere" if status is None else "stack-22"
    answer = resolve_held(Request("3.12", "x"), hold=hold("3.12.2"), stack=stack, table=table)
    assert answer == resolve(Request("3.12", "x"), stack=stack, table=table)
    assert answer.failure is not None


VERSIONS = st.builds(Version, st.just(3), st.integers(6, 15), st.integers(0, 30))


@given(
    request=st.none() | VERSIONS.map(str) | VERSIONS.map(lambda version: str(version.series)),
    at=VERSIONS | st.sampled_from([entry.version for s in REAL.stacks[0].series for entry in s.releases]),
    stack=st.sampled_from([stack.name for stack in REAL.stacks]),
    ruleset=st.sampled_from(Ruleset),
    previous=st.none() | VERSIONS.map(str),
)
def test_held_apps_get_that_release_or_none(
    request: str | None, at: Version, stack: str, ruleset: Ruleset, previous: str | None
) -> None:
    asked = Request(request, "x") if request else None
    own = resolve_held(asked, hold=None, stack=stack, table=REAL, ruleset=ruleset, previous=previous)
    assert own == resolve(asked, stack=stack, table=REAL, ruleset=ruleset, previous=previous)
    answer = resolve_held(asked, hold=hold(str(at)), stack=stack, table=REAL, ruleset=ruleset, previous=previous)
    assert answer.request == own.request
    assert answer.release is None or answer.release.version == at
    assert (answer.release is None) == (answer.failure is not None)
