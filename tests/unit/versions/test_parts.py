"""Parts of a table, and moving them from one table to another."""

from dataclasses import replace

import pytest

from tests.tables import small_stack, small_table
from versions.domain.difference import difference
from versions.domain.parts import Part, changed_parts, named_parts, part_document, with_parts, without_part
from versions.domain.refusals import Refusal
from versions.domain.table import SeriesStatus, StackStatus, Table
from versions.domain.version import Series, Version

V3120, V3121, V3130 = Version(3, 12, 0), Version(3, 12, 1), Version(3, 13, 0)
STACK = "stack-22"


def release(version: Version, stack: str = STACK) -> Part:
    return Part.of_release(stack, version)


def versions_of(table: Table, stack: str = STACK) -> list[str]:
    found = table.find_stack(stack)
    assert found is not None
    return [str(entry.version) for series in found.series for entry in series.releases]


@pytest.mark.parametrize("text", ["*", "scalingo-22", "scalingo-22:3.12", "scalingo-22:3.12.4"])
def test_a_part_is_read_as_it_is_written(text: str) -> None:
    assert str(Part.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", ":", "a:", ":3.12", "A:3.12", "a:3", "a:3.12.x", "a\0:3.12", "a:3.12:1", "a:٣.12"]
)
def test_what_names_no_part(text: str) -> None:
    assert Part.parse(text) is None


def test_named_parts_come_once_and_in_order() -> None:
    wanted = ["b:3.12", "a", "b:3.12", "*", "a:3.12.4"]
    assert [str(part) for part in named_parts(wanted)] == ["*", "a", "a:3.12.4", "b:3.12"]


@pytest.mark.parametrize(
    ("text", "stack", "version"), [("A:3.12", "A", "3.12"), (":3.12", "…", "3.12"), ("a:", "a", ""), ("", "…", "")]
)
def test_a_name_of_no_part_is_refused_as_it_was_written(text: str, stack: str, version: str) -> None:
    with pytest.raises(Refusal) as raised:
        named_parts(["a", text])
    assert raised.value.code == "publish::not-pending"
    assert raised.value.facts == {"stack": stack, "version": version}


def test_every_change_belongs_to_a_part() -> None:
    before, after = small_table("3.12.0"), small_table("3.12.0", "3.12.1", "3.13.0")
    parts = changed_parts(difference(before, after))
    assert set(parts) == {Part(STACK), Part(STACK, Series(3, 13)), release(V3130), release(V3121)}


def test_all_changed_parts_together_make_the_other_table() -> None:
    before = Table(STACK, (small_stack("3.12.0", "3.12.1", "3.11.0"), small_stack("3.9.0", stack="old", base="a-18")))
    newer = small_stack("3.13.0", stack="stack-24", base="ubuntu-24.04")
    changed = replace(small_stack("3.12.0", "3.13.0"), status=StackStatus.DEPRECATED)
    after = Table("stack-24", (newer, changed))
    there, back = changed_parts(difference(before, after)), changed_parts(difference(after, before))
    assert with_parts(before, after, list(there)) == after
    assert with_parts(after, before, list(back)) == before


def test_a_release_moves_and_nothing_else() -> None:
    outcome = with_parts(small_table("3.12.0"), small_table("3.12.0", "3.12.1", "3.13.0"), [release(V3121)])
    assert versions_of(outcome) == ["3.12.0", "3.12.1"]
    assert outcome.stacks[0].default_series == Series(3, 12)


def test_a_release_brings_its_new_series_in_order() -> None:
    pending = small_table("3.11.0", "3.12.0", "3.12.1", "3.13.0")
    outcome = with_parts(small_table("3.11.0", "3.13.0"), pending, [release(V3120)])
    assert versions_of(outcome) == ["3.13.0", "3.12.0", "3.11.0"]


def test_a_release_brings_its_new_stack_in_order() -> None:
    newer = small_stack("3.12.0", stack="stack-24", base="ubuntu-24.04")
    source = Table(STACK, (newer, small_stack("3.12.0")))
    outcome = with_parts(small_table("3.12.0"), source, [release(V3120, "stack-24")])
    assert [stack.name for stack in outcome.stacks] == ["stack-24", STACK]


def test_a_new_series_comes_whole() -> None:
    pending = small_table("3.12.0", "3.13.0", "3.13.1")
    outcome = with_parts(small_table("3.12.0"), pending, [Part(STACK, Series(3, 13))])
    assert versions_of(outcome) == ["3.13.0", "3.13.1", "3.12.0"]


def test_a_known_series_brings_its_own_fields_alone() -> None:
    entry = replace(small_stack("3.12.0", "3.12.1").series[0], status=SeriesStatus.DEPRECATED)
    pending = Table(STACK, (replace(small_stack("3.12.0"), series=(entry,)),))
    outcome = with_parts(small_table("3.12.0"), pending, [Part(STACK, Series(3, 12))])
    assert outcome.stacks[0].series[0].status is SeriesStatus.DEPRECATED
    assert versions_of(outcome) == ["3.12.0"]


def test_a_release_that_the_source_lacks_goes() -> None:
    assert versions_of(with_parts(small_table("3.12.0", "3.12.1"), small_table("3.12.0"), [release(V3121)])) == [
        "3.12.0"
    ]


@pytest.mark.parametrize(
    "part", [release(V3121), release(V3130), release(V3120, "stack-99"), Part("nowhere"), Part(STACK, Series(3, 13))]
)
def test_what_neither_table_has(part: Part) -> None:
    with pytest.raises(Refusal, match="publish::not-pending"):
        with_parts(small_table("3.12.0"), small_table("3.12.0"), [part])


def test_taking_a_part_out() -> None:
    table = small_table("3.12.0", "3.13.0")
    assert versions_of(without_part(table, Part(STACK, Series(3, 13)))) == ["3.12.0"]
    assert without_part(table, Part(STACK)).stacks == ()


def test_a_part_document_leaves_out_what_is_below() -> None:
    one, other = small_table("3.12.0"), small_table("3.12.0", "3.12.1")
    for part in (Part(), Part(STACK), Part(STACK, Series(3, 12)), release(V3120)):
        assert part_document(one, part) == part_document(other, part)
    assert part_document(one, release(V3121)) is None
    assert part_document(other, release(V3121)) is not None
