"""Yanking and withdrawing a release."""

from dataclasses import replace

import pytest

from tests.tables import small_stack
from versions.domain.refusals import Refusal
from versions.domain.retirement import Retirement
from versions.domain.table import ReleaseEntry, ReleaseStatus, Table
from versions.domain.version import Version

V3121 = Version(3, 12, 1)
OLD, NEW = "stack-22", "stack-24"
TABLE = Table(
    OLD,
    (
        small_stack("3.12.0", "3.12.1", "3.11.0", stack=NEW, base="ubuntu-24.04"),
        small_stack("3.12.1", stack=OLD),
        small_stack("3.9.1", stack="stack-20", base="ubuntu-20.04"),
    ),
)
YANK = Retirement(V3121, (NEW, OLD), ReleaseStatus.YANKED, " breaks ssl ")
WITHDRAW = replace(YANK, status=ReleaseStatus.WITHDRAWN)


def releases(table: Table, stack: str) -> list[ReleaseEntry]:
    found = table.find_stack(stack)
    assert found is not None
    return [entry for series in found.series for entry in series.releases]


@pytest.mark.parametrize(
    ("status", "act"),
    [
        (ReleaseStatus.YANKED, "Yank"),
        (ReleaseStatus.WITHDRAWN, "Withdraw"),
        (ReleaseStatus.AVAILABLE, "Change"),
    ],
)
def test_the_sentence_of_a_revision(status: ReleaseStatus, act: str) -> None:
    assert replace(YANK, status=status).sentence == f"{act} Python 3.12.1 on stack-24, stack-22: breaks ssl"


def test_the_release_changes_on_the_named_stacks_and_nothing_else_does() -> None:
    outcome = YANK.applied(TABLE)
    yanked = ReleaseEntry(V3121, status=ReleaseStatus.YANKED, reason="breaks ssl")
    assert releases(outcome, NEW) == [ReleaseEntry(Version(3, 12, 0)), yanked, ReleaseEntry(Version(3, 11, 0))]
    assert releases(outcome, OLD) == [yanked]
    assert outcome.stacks[2] == TABLE.stacks[2]
    assert releases(replace(YANK, stacks=(OLD,)).applied(TABLE), NEW) == releases(TABLE, NEW)


def test_a_withdrawn_release_is_not_yanked_but_may_be_withdrawn_again() -> None:
    withdrawn = WITHDRAW.applied(TABLE)
    with pytest.raises(Refusal) as raised:
        YANK.applied(withdrawn)
    assert raised.value.code == "release::already-withdrawn"
    assert raised.value.facts == {"version": "3.12.1", "stack": NEW}
    again = replace(WITHDRAW, reason="worse than thought").applied(withdrawn)
    assert [entry.reason for entry in releases(again, OLD)] == ["worse than thought"]


@pytest.mark.parametrize(
    ("retirement", "code"),
    [
        (replace(YANK, stacks=(OLD, "nowhere")), "stack::unknown"),
        (replace(YANK, stacks=(OLD, "stack-20")), "release::unknown"),
        (replace(YANK, version=Version(3, 12, 9)), "release::unknown"),
    ],
)
def test_what_a_table_lacks_cannot_be_retired(retirement: Retirement, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        retirement.applied(TABLE)


def test_stacks_that_lack_the_release_are_passed_over_where_that_is_asked() -> None:
    wide = replace(YANK, stacks=("nowhere", "stack-20", OLD))
    assert wide.applied_where_present(TABLE) == replace(YANK, stacks=(OLD,)).applied(TABLE)
