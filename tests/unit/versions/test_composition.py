"""Composing tables from parts of others."""

from dataclasses import replace

import pytest

from tests.tables import small_stack, small_table
from versions.domain.composition import Pick, merged, pending_picks, rebased, with_picks
from versions.domain.refusals import Refusal
from versions.domain.table import StackStatus, Table
from versions.domain.version import Series, Version

V3120, V3121, V3130 = Version(3, 12, 0), Version(3, 12, 1), Version(3, 13, 0)


def versions_of(table: Table, stack: str = "stack-22") -> list[str]:
    found = table.find_stack(stack)
    assert found is not None
    return [str(release.version) for series in found.series for release in series.releases]


def test_pending_picks_are_what_is_new_or_different() -> None:
    pending = small_table("3.12.0", "3.12.1", "3.13.0")
    assert pending_picks(small_table("3.12.0"), pending) == (Pick("stack-22", V3130), Pick("stack-22", V3121))


def test_everything_is_pending_before_the_first_revision() -> None:
    assert pending_picks(None, small_table("3.12.0")) == (Pick("stack-22", V3120),)


def test_a_pick_moves_one_release_and_nothing_else() -> None:
    outcome = with_picks(small_table("3.12.0"), small_table("3.12.0", "3.12.1", "3.13.0"), {Pick("stack-22", V3121)})
    assert versions_of(outcome) == ["3.12.0", "3.12.1"]
    assert outcome.stacks[0].default_series == Series(3, 12)


def test_a_pick_brings_its_new_series_in_order() -> None:
    pending = small_table("3.11.0", "3.12.0", "3.13.0")
    outcome = with_picks(small_table("3.11.0", "3.13.0"), pending, {Pick("stack-22", V3120)})
    assert [str(entry.series) for entry in outcome.stacks[0].series] == ["3.13", "3.12", "3.11"]


def test_a_pick_brings_its_new_stack_in_order() -> None:
    newer = small_stack("3.12.0", stack="stack-24", base="ubuntu-24.04")
    outcome = with_picks(
        small_table("3.12.0"), Table("stack-22", (newer, small_stack("3.12.0"))), {Pick("stack-24", V3120)}
    )
    assert [stack.name for stack in outcome.stacks] == ["stack-24", "stack-22"]


@pytest.mark.parametrize("pick", [Pick("stack-22", V3121), Pick("stack-22", V3130), Pick("stack-99", V3120)])
def test_what_is_not_pending_can_not_be_picked(pick: Pick) -> None:
    with pytest.raises(Refusal) as refused:
        with_picks(small_table("3.12.0"), small_table("3.12.0"), {pick})
    assert refused.value.code == "publish::not-pending"


def test_merging_replaces_named_stacks_and_keeps_the_others() -> None:
    local = Table("local", (small_stack("3.11.2", stack="local", base="debian-12"),))
    table = merged(small_table("3.12.0"), local)
    assert [stack.name for stack in table.stacks] == ["stack-22", "local"]
    assert table.default_stack == "stack-22"
    assert versions_of(merged(table, Table("local", (small_stack("3.13.0", stack="local"),))), "local") == ["3.13.0"]


class TestRebased:
    """Pending edits across a move of the published table from `current` to `target`."""

    def test_what_nobody_edited_follows(self) -> None:
        current, target = small_table("3.12.0", "3.12.1"), small_table("3.12.0")
        assert rebased(current, current, target) == target

    def test_an_unpublished_release_stays(self) -> None:
        current, target = small_table("3.12.0", "3.12.1"), small_table("3.12.0")
        pending = small_table("3.12.0", "3.12.1", "3.12.2")
        assert versions_of(rebased(pending, current, target)) == ["3.12.0", "3.12.2"]

    def test_an_unpublished_edit_of_a_field_stays(self) -> None:
        current, target = small_table("3.12.0", "3.12.1"), small_table("3.12.0")
        stack = replace(current.stacks[0], status=StackStatus.DEPRECATED)
        outcome = rebased(Table("stack-22", (stack,)), current, target)
        assert outcome.stacks[0].status is StackStatus.DEPRECATED
        assert versions_of(outcome) == ["3.12.0"]

    def test_a_release_that_was_taken_away_here_stays_away(self) -> None:
        current = target = small_table("3.12.0", "3.12.1")
        assert versions_of(rebased(small_table("3.12.1"), current, target)) == ["3.12.1"]

    def test_what_returns_with_the_target_returns(self) -> None:
        assert versions_of(rebased(small_table("3.12.1"), small_table("3.12.1"), small_table("3.12.0", "3.12.1"))) == [
            "3.12.0",
            "3.12.1",
        ]

    def test_stacks_added_on_either_side_are_kept(self) -> None:
        old, mine = small_stack("3.12.0"), small_stack("3.12.0", stack="mine", base="debian-12")
        theirs = small_stack("3.12.0", stack="theirs", base="ubuntu-24.04")
        outcome = rebased(Table("stack-22", (old, mine)), Table("stack-22", (old,)), Table("stack-22", (theirs, old)))
        assert [stack.name for stack in outcome.stacks] == ["theirs", "stack-22", "mine"]
