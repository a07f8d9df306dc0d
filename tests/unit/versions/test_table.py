"""Looking things up in a table."""

from tests.tables import small_stack, small_table
from versions.domain.table import ArtifactEntry, ReleaseEntry, ReleaseStatus, SeriesEntry, base_order
from versions.domain.version import Series, Version


def test_finds_stacks_series_and_releases() -> None:
    table = small_table("3.11.4", "3.12.1", stack="blue")
    stack = table.find_stack("blue")
    assert stack is not None
    assert table.find_stack("green") is None
    assert stack.find_series(Series(3, 13)) is None
    assert stack.find_release(Version(3, 11, 4)) == ReleaseEntry(Version(3, 11, 4))
    assert stack.find_release(Version(3, 11, 5)) is None
    assert stack.find_release(Version(3, 13, 0)) is None


def test_newest_is_the_newest_available_one() -> None:
    releases = (
        ReleaseEntry(Version(3, 12, 1)),
        ReleaseEntry(Version(3, 12, 2), status=ReleaseStatus.YANKED, reason="broken"),
        ReleaseEntry(Version(3, 12, 3), status=ReleaseStatus.WITHDRAWN, reason="leaks"),
    )
    assert SeriesEntry(Series(3, 12), releases=releases).newest == releases[0]
    assert SeriesEntry(Series(3, 12), releases=releases[1:]).newest is None


def test_first_archive_for_an_architecture_is_preferred() -> None:
    archives = tuple(ArtifactEntry("amd64", ending, f"/a.{ending}", "0" * 64) for ending in ("tar.zst", "tar.gz"))
    release = ReleaseEntry(Version(3, 12, 1), artifacts=archives)
    assert release.artifact_for("amd64") == archives[0]
    assert release.artifact_for("arm64") is None


def test_stacks_stand_newest_base_first_then_by_name() -> None:
    stacks = [small_stack(stack=name, base=base) for name, base in [("b", "ubuntu-22.04"), ("z", "debian-9"),
        ("c", "ubuntu-24.04"), ("a", "ubuntu-22.04"), ("n", "scratch"), ("m", "ubuntu-22.10")]]  # fmt: skip
    ordered = sorted(stacks, key=lambda stack: base_order(stack.base, stack.name))
    assert [stack.name for stack in ordered] == ["n", "c", "m", "a", "b", "z"]
