"""What has to hold for every table and every request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import small_table
from versions.domain.refusals import Refusal
from versions.domain.resolution import ORIGIN_CACHED, Request, Resolution, Wanted, is_series_or_release, resolve
from versions.domain.table import ReleaseEntry, ReleaseStatus, Ruleset, SeriesEntry, SeriesStatus, StackEntry, Table
from versions.domain.version import Series, Version

MINORS = st.integers(6, 14)
PATCHES = st.integers(0, 12)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table with one stack of arbitrary series, in which releases of every status stand."""
    series = []
    for minor in sorted(draw(st.sets(MINORS, max_size=5)), reverse=True):
        releases = tuple(
            ReleaseEntry(Version(3, minor, patch), status=draw(st.sampled_from(ReleaseStatus)), reason="because")
            for patch in sorted(draw(st.sets(PATCHES, max_size=5)))
        )
        series.append(SeriesEntry(Series(3, minor), draw(st.sampled_from(SeriesStatus)), releases=releases))
    default = draw(st.sampled_from([entry.series for entry in series])) if series else None
    return Table("blue", (StackEntry("blue", "ubuntu-22.04", default_series=default, series=tuple(series)),))


VERSIONS = st.builds(
    lambda minor, patch: f"3.{minor}" + (f".{patch}" if patch is not None else ""), MINORS, st.none() | PATCHES
)
PREVIOUS = st.none() | st.builds(lambda minor, patch: f"3.{minor}.{patch}", MINORS, PATCHES)


def asked(table: Table, version: str | None, ruleset: Ruleset, previous: str | None) -> Resolution:
    request = None if version is None else Request(version, "runtime.txt")
    return resolve(request, stack="blue", table=table, ruleset=ruleset, previous=previous)


def status_of(table: Table, resolution: Resolution) -> ReleaseStatus | None:
    entry = table.stacks[0].find_release(resolution.release.version) if resolution.release else None
    return entry.status if entry else None


@given(tables(), st.none() | VERSIONS, st.sampled_from(Ruleset), PREVIOUS)
def test_there_is_a_release_or_a_failure(
    table: Table, version: str | None, ruleset: Ruleset, previous: str | None
) -> None:
    resolution = asked(table, version, ruleset, previous)
    assert (resolution.release is None) == (resolution.failure is not None)
    assert resolution == asked(table, version, ruleset, previous)
    if resolution.failure:
        assert resolution.failure.detail


@given(tables(), st.none() | VERSIONS, st.sampled_from(Ruleset), PREVIOUS)
def test_withdrawn_is_never_had_and_yanked_by_its_exact_version_alone(
    table: Table, version: str | None, ruleset: Ruleset, previous: str | None
) -> None:
    resolution = asked(table, version, ruleset, previous)
    status = status_of(table, resolution)
    assert status is not ReleaseStatus.WITHDRAWN
    if status is ReleaseStatus.YANKED and resolution.request and resolution.release:
        assert resolution.request.version == str(resolution.release.version)


@given(tables(), MINORS, st.sampled_from(Ruleset))
def test_newest_available_patch_wins(table: Table, minor: int, ruleset: Ruleset) -> None:
    resolution = asked(table, f"3.{minor}", ruleset, None)
    entry = table.stacks[0].find_series(Series(3, minor))
    releases = entry.releases if entry and entry.status is not SeriesStatus.REMOVED else ()
    available = [release.version for release in releases if release.status is ReleaseStatus.AVAILABLE]
    assert (resolution.release.version if resolution.release else None) == max(available, default=None)


@given(tables(), VERSIONS, st.sampled_from(Ruleset), PREVIOUS)
def test_request_of_the_app_goes_before_its_last_build(
    table: Table, version: str, ruleset: Ruleset, previous: str | None
) -> None:
    assert asked(table, version, ruleset, previous) == asked(table, version, ruleset, None)


@given(tables(), PREVIOUS)
def test_last_build_keeps_its_series_today(table: Table, previous: str | None) -> None:
    resolution = asked(table, None, Ruleset.CURRENT, previous)
    if previous is not None:
        assert resolution.request == Request(previous.rpartition(".")[0], ORIGIN_CACHED)


@given(st.text(max_size=12) | st.from_regex(r"\A[0-9.]{1,40}\Z"))
def test_parsing_never_raises_and_requests_are_refused_alike(text: str) -> None:
    table = small_table("3.12.1")
    asked(table, None, Ruleset.CURRENT, text)
    wanted = Wanted.parse(text)
    assert Version.parse(text) is None or wanted is not None
    assert is_series_or_release(text) == (wanted is not None)
    if wanted is not None:
        assert asked(table, text, Ruleset.CURRENT, None).request == Request(text, "runtime.txt")
        return
    with pytest.raises(Refusal) as refused:
        asked(table, text, Ruleset.CURRENT, None)
    assert refused.value.code == "request::malformed"
