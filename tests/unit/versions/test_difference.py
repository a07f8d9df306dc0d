"""What differs between two tables."""

from dataclasses import replace
from datetime import date

from tests.tables import shipped_table, small_stack, small_table
from versions.domain.difference import Change, ChangeKind, difference
from versions.domain.table import ArtifactEntry, ReleaseEntry, ReleaseStatus, Table, Tool
from versions.domain.version import Series, Version

V3120, V3121 = Version(3, 12, 0), Version(3, 12, 1)
S312 = Series(3, 12)


def test_equal_tables_do_not_differ() -> None:
    table = shipped_table("2024-documented")
    assert difference(table, shipped_table("2024-documented")) == ()


def test_a_new_release_is_one_change() -> None:
    changes = difference(small_table("3.12.0"), small_table("3.12.0", "3.12.1"))
    assert changes == (Change(ChangeKind.ADDED, "stack-22", S312, V3121, after="available"),)


def test_a_lost_release_is_one_change() -> None:
    changes = difference(small_table("3.12.0", "3.12.1"), small_table("3.12.0"))
    assert changes == (Change(ChangeKind.REMOVED, "stack-22", S312, V3121, before="available"),)


def test_a_new_series_is_named_before_its_releases() -> None:
    kinds = [
        (change.kind, change.version) for change in difference(small_table("3.11.0"), small_table("3.11.0", "3.12.0"))
    ]
    assert kinds == [
        (ChangeKind.CHANGED, None),  # the default series moves with it
        (ChangeKind.ADDED, None),
        (ChangeKind.ADDED, V3120),
    ]


def test_fields_of_a_release_are_told_one_by_one() -> None:
    before = small_table("3.12.0")
    series = before.stacks[0].series[0]
    yanked = ReleaseEntry(V3120, date(2023, 10, 2), ReleaseStatus.YANKED, "breaks ssl")
    after = Table("stack-22", (replace(before.stacks[0], series=(replace(series, releases=(yanked,)),)),))
    assert [(change.field, change.before, change.after) for change in difference(before, after)] == [
        ("released_on", None, "2023-10-02"),
        ("status", "available", "yanked"),
        ("reason", None, "breaks ssl"),
    ]


def test_artifacts_are_told_by_arch_format_and_hash() -> None:
    before = small_table("3.12.0")
    artifact = ArtifactEntry("amd64", "tar.gz", "/exports/by-sha256/" + "a" * 64, "a" * 64)
    series = before.stacks[0].series[0]
    with_artifact = replace(series, releases=(ReleaseEntry(V3120, artifacts=(artifact,)),))
    after = Table("stack-22", (replace(before.stacks[0], series=(with_artifact,)),))
    (change,) = difference(before, after)
    assert (change.field, change.before, change.after) == ("artifacts", "", f"amd64 tar.gz {'a' * 64}")


def test_artifacts_of_one_hash_are_told_by_what_differs() -> None:
    before = small_table("3.12.0")
    series = before.stacks[0].series[0]
    tables = []
    for url, size in (("https://a.example/p", None), ("https://b.example/p", 7)):
        artifact = ArtifactEntry("amd64", "tar.gz", url, "a" * 64, size)
        entry = replace(series, releases=(ReleaseEntry(V3120, artifacts=(artifact,)),))
        tables.append(Table("stack-22", (replace(before.stacks[0], series=(entry,)),)))
    (change,) = difference(*tables)
    assert (change.field, change.before, change.after) == (
        "artifacts",
        "amd64 tar.gz https://a.example/p of unknown size",
        "amd64 tar.gz https://b.example/p 7 bytes",
    )


def test_stacks_and_the_default_stack() -> None:
    first, second = small_stack("3.12.0"), small_stack("3.12.0", stack="stack-24", base="ubuntu-24.04")
    changes = difference(Table("stack-22", (first,)), Table("stack-24", (second,)))
    assert changes[0] == Change(ChangeKind.CHANGED, field="default_stack", before="stack-22", after="stack-24")
    assert changes[1] == Change(ChangeKind.ADDED, "stack-24", after="ubuntu-24.04")
    assert changes[-1] == Change(ChangeKind.REMOVED, "stack-22", before="ubuntu-22.04")


def test_listed_and_archs_are_written_as_words() -> None:
    before = small_table("3.12.0")
    after = Table("stack-22", (replace(before.stacks[0], listed=False, archs=("amd64", "arm64")),))
    assert [(change.field, change.before, change.after) for change in difference(before, after)] == [
        ("archs", "amd64", "amd64, arm64"),
        ("listed", "true", "false"),
    ]


def test_tools_are_told_with_their_versions() -> None:
    before = small_table("3.12.0")
    after = Table("stack-22", (replace(before.stacks[0], tools=(Tool("pip", "24.0"), Tool("uv", "0.4.2"))),))
    (change,) = difference(before, after)
    assert (change.field, change.before, change.after) == ("tools", "", "pip 24.0, uv 0.4.2")
