"""Single edits of a table."""

from dataclasses import replace

import pytest

from tests.tables import small_stack, small_table
from versions.domain.edits import Edit, ReleaseEdit, Removal, SeriesEdit, StackEdit
from versions.domain.parts import Part
from versions.domain.refusals import Refusal
from versions.domain.table import (
    ArtifactEntry,
    ReleaseEntry,
    ReleaseStatus,
    SeriesEntry,
    SeriesStatus,
    StackEntry,
    StackStatus,
    Table,
)
from versions.domain.version import Series, Version

STACK = "stack-22"
S312, S313 = Series(3, 12), Series(3, 13)
V3120, V3121, V3130 = Version(3, 12, 0), Version(3, 12, 1), Version(3, 13, 0)
ARTIFACT = ArtifactEntry("amd64", "tar.gz", "/exports/by-sha256/" + "a" * 64, "a" * 64)
SMALL = small_table("3.12.1", "3.11.0")
OWN = SMALL.stacks[0]
WITH_ARCHIVE = SeriesEntry(S312, releases=(ReleaseEntry(V3121, artifacts=(ARTIFACT,)),))
TABLE = replace(SMALL, stacks=(replace(OWN, series=(WITH_ARCHIVE, OWN.series[1])),))


def series_of(table: Table) -> tuple[SeriesEntry, ...]:
    return table.stacks[0].series


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        (StackEdit(OWN, is_default=False), "stack-22"),
        (SeriesEdit(STACK, SeriesEntry(S313)), "stack-22:3.13"),
        (ReleaseEdit(STACK, ReleaseEntry(V3130)), "stack-22:3.13.0"),
        (Removal(Part(STACK, S312)), "stack-22:3.12"),
    ],
)
def test_an_edit_names_its_part(edit: Edit, part: str) -> None:
    assert str(edit.part) == part


def test_a_stack_keeps_its_series() -> None:
    edited = StackEdit(StackEntry(STACK, "ubuntu-22.04", status=StackStatus.DEPRECATED), is_default=False).applied(
        TABLE
    )
    assert edited.stacks == (StackEntry(STACK, "ubuntu-22.04", status=StackStatus.DEPRECATED, series=series_of(TABLE)),)


def test_a_new_stack_comes_empty_and_may_become_the_default() -> None:
    entry = replace(small_stack("3.13.0", stack="stack-24", base="ubuntu-24.04"), default_series=None)
    for is_default, default in ((False, STACK), (True, "stack-24")):
        edited = StackEdit(entry, is_default=is_default).applied(TABLE)
        assert edited == Table(default, (replace(entry, series=()), TABLE.stacks[0]))


def test_a_series_keeps_its_releases_and_a_new_one_has_none() -> None:
    deprecated = SeriesEdit(STACK, SeriesEntry(S312, SeriesStatus.DEPRECATED)).applied(TABLE)
    assert series_of(deprecated)[0] == replace(WITH_ARCHIVE, status=SeriesStatus.DEPRECATED)
    added = SeriesEdit(STACK, SeriesEntry(S313, releases=(ReleaseEntry(V3130),))).applied(TABLE)
    assert series_of(added) == (SeriesEntry(S313), *series_of(TABLE))


def test_a_release_keeps_its_archives() -> None:
    yanked = ReleaseEntry(V3121, status=ReleaseStatus.YANKED, reason="breaks ssl")
    edited = ReleaseEdit(STACK, yanked).applied(TABLE)
    assert series_of(edited)[0].releases == (replace(yanked, artifacts=(ARTIFACT,)),)


def test_a_new_release_stands_in_order_and_brings_its_series() -> None:
    older = ReleaseEdit(STACK, ReleaseEntry(V3120, artifacts=(ARTIFACT,))).applied(TABLE)
    assert series_of(older)[0].releases == (ReleaseEntry(V3120), *WITH_ARCHIVE.releases)
    newer = ReleaseEdit(STACK, ReleaseEntry(V3130)).applied(TABLE)
    assert series_of(newer) == (SeriesEntry(S313, releases=(ReleaseEntry(V3130),)), *series_of(TABLE))


@pytest.mark.parametrize("edit", [SeriesEdit("no", SeriesEntry(S312)), ReleaseEdit("no", ReleaseEntry(V3121))])
def test_nothing_is_edited_on_an_unknown_stack(edit: Edit) -> None:
    with pytest.raises(Refusal) as raised:
        edit.applied(TABLE)
    assert (raised.value.code, raised.value.facts) == ("stack::unknown", {"stack": "no"})


def test_a_removal_takes_what_is_below_along() -> None:
    assert series_of(Removal(Part(STACK, S312)).applied(TABLE)) == series_of(TABLE)[1:]
    with pytest.raises(Refusal, match="publish::not-pending"):
        Removal(Part(STACK, S313)).applied(TABLE)
