"""Composing tables from parts of others."""

from dataclasses import replace

from tests.tables import small_stack, small_table
from versions.domain.composition import merged, rebased
from versions.domain.table import StackStatus, Table


def versions_of(table: Table, stack: str = "stack-22") -> list[str]:
    found = table.find_stack(stack)
    assert found is not None
    return [str(release.version) for series in found.series for release in series.releases]


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
