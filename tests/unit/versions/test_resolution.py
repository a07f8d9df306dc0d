"""From a request to a release."""

from dataclasses import replace

import pytest

from tests.tables import shipped_table, small_stack, small_table
from versions.domain.refusals import Refusal
from versions.domain.resolution import (
    Request,
    Resolution,
    Wanted,
    outcome_facts,
    resolution_document,
    resolve,
    sticky_release,
)
from versions.domain.resolution.outcomes import (
    DefaultMissing,
    PatchAvailable,
    PreviousReplaced,
    ReleaseUnknown,
    ReleaseWithdrawn,
    ReleaseYanked,
    SeriesDeprecated,
    SeriesEmpty,
    SeriesEnded,
    SeriesUnknown,
    SeriesUnsupported,
    StackDiscontinued,
    StackUnknown,
)
from versions.domain.table import ReleaseStatus, Ruleset, SeriesStatus, StackStatus, Table
from versions.domain.version import Series, Version

STACK = "stack-22"


def asked(table: Table, version: str | None, ruleset: Ruleset | None = None, previous: str | None = None) -> Resolution:
    request = None if version is None else Request(version, "runtime.txt")
    return resolve(request, stack=STACK, table=table, ruleset=ruleset, previous=previous)


def with_status(table: Table, version: str, status: ReleaseStatus) -> Table:
    (stack,) = table.stacks
    series = tuple(
        replace(
            entry,
            releases=tuple(
                replace(release, status=status, reason="because") if str(release.version) == version else release
                for release in entry.releases
            ),
        )
        for entry in stack.series
    )
    return replace(table, stacks=(replace(stack, series=series),))


def version_of(resolution: Resolution) -> str | None:
    return None if resolution.release is None else str(resolution.release.version)


def test_series_gets_its_newest_release() -> None:
    resolution = asked(small_table("3.12.9", "3.12.10", "3.13.0"), "3.12")
    assert version_of(resolution) == "3.12.10"
    assert resolution.release is not None
    assert not resolution.release.is_pinned
    assert not resolution.release.is_outdated
    assert resolution.warnings == ()


def test_exact_release_is_pinned_and_may_be_outdated() -> None:
    resolution = asked(small_table("3.12.9", "3.12.10"), "3.12.9")
    assert resolution.release is not None
    assert resolution.release.is_pinned
    assert resolution.release.is_outdated
    assert resolution.warnings == (PatchAvailable(Version(3, 12, 9), Version(3, 12, 10), Series(3, 12), "runtime.txt"),)


def test_yanked_release_is_had_by_its_exact_version_alone() -> None:
    table = with_status(small_table("3.12.1", "3.12.2"), "3.12.2", ReleaseStatus.YANKED)
    assert version_of(asked(table, "3.12")) == "3.12.1"
    exact = asked(table, "3.12.2")
    assert version_of(exact) == "3.12.2"
    assert exact.warnings == (ReleaseYanked(Version(3, 12, 2), Series(3, 12), "runtime.txt", "because"),)


def test_withdrawn_release_is_never_had() -> None:
    table = with_status(small_table("3.12.1", "3.12.2"), "3.12.2", ReleaseStatus.WITHDRAWN)
    assert version_of(asked(table, "3.12")) == "3.12.1"
    failure = asked(table, "3.12.2").failure
    place = ("3.12.2", "runtime.txt", STACK)
    assert failure == ReleaseWithdrawn(*place, "because", Series(3, 12), Version(3, 12, 1))
    assert failure.detail == "3.12.2"


def test_series_with_nothing_left() -> None:
    table = with_status(small_table("3.12.1"), "3.12.1", ReleaseStatus.WITHDRAWN)
    failure = asked(table, "3.12").failure
    assert failure == SeriesEmpty("3.12", "runtime.txt", STACK)
    assert failure.detail == "3.12"
    exact = asked(table, "3.12.1").failure
    assert isinstance(exact, ReleaseWithdrawn)
    assert exact.newest is None


def test_release_that_the_table_lacks() -> None:
    failure = asked(small_table("3.12.1"), "3.12.7").failure
    assert failure == ReleaseUnknown("3.12.7", "runtime.txt", STACK, Series(3, 12), Version(3, 12, 1))
    assert failure.detail == "3.12.7"


def test_series_below_above_and_between() -> None:
    table = small_table("3.9.1", "3.11.1")
    below, above, between = (asked(table, version).failure for version in ("3.8", "3.12.1", "3.10"))
    assert below == SeriesEnded("3.8", "runtime.txt", STACK, Series(3, 9), Series(3, 11))
    assert above == SeriesUnknown("3.12", "runtime.txt", STACK, Series(3, 11))
    assert between == SeriesUnsupported("3.10", "runtime.txt", STACK, (Series(3, 11), Series(3, 9)))
    assert [failure.detail for failure in (below, above, between)] == ["3.8", "3.12", "3.10"]


def test_numbers_beyond_every_table_compare_as_larger() -> None:
    table = small_table("3.12.1")
    assert isinstance(asked(table, "3.99999999999999999999").failure, SeriesUnknown)
    assert isinstance(asked(table, "3.12." + "9" * 500).failure, ReleaseUnknown)
    assert isinstance(asked(table, "0.0").failure, SeriesEnded)


def test_removed_series_and_stack_without_series() -> None:
    (stack,) = small_table("3.10.1", "3.12.1").stacks
    newest, oldest = stack.series
    removed = replace(stack, series=(newest, replace(oldest, status=SeriesStatus.REMOVED)))
    table = Table(STACK, (removed,))
    assert asked(table, "3.10").failure == SeriesUnsupported("3.10", "runtime.txt", STACK, (Series(3, 12),))
    assert asked(table, "3.10.1").failure == SeriesUnsupported("3.10", "runtime.txt", STACK, (Series(3, 12),))
    assert asked(table, "3.9").failure == SeriesEnded("3.9", "runtime.txt", STACK, Series(3, 12), Series(3, 12))
    assert asked(small_table(), "3.12").failure == SeriesUnsupported("3.12", "runtime.txt", STACK, ())


def test_documentation_knows_what_other_stacks_have() -> None:
    old = small_stack("3.8.1", stack="old", base="ubuntu-18.04")
    removed = replace(old, series=(replace(old.series[0], status=SeriesStatus.REMOVED),))
    # Nobody is sent to a stack that is closed, or that has closed the series.
    for other, named in ((old, ("old",)), (replace(old, status=StackStatus.DISCONTINUED), ()), (removed, ())):
        table = Table(STACK, (small_stack("3.12.1"), other))
        unsupported = SeriesUnsupported("3.8", "runtime.txt", STACK, (Series(3, 12),), named)
        assert asked(table, "3.8", Ruleset.DOCUMENTED).failure == unsupported
        assert isinstance(asked(table, "3.8", Ruleset.CURRENT).failure, SeriesEnded)


def test_deprecated_series_is_had_with_a_warning() -> None:
    table = shipped_table("2026-07-conformance")
    resolution = resolve(Request("3.10.1", "request"), stack="scalingo-24", table=table)
    assert [type(warning) for warning in resolution.warnings] == [SeriesDeprecated, PatchAvailable]


def test_nothing_asked_for_gets_the_default() -> None:
    resolution = asked(small_table("3.11.1", "3.12.1"), None)
    assert resolution.request == Request("3.12", "default")
    assert version_of(resolution) == "3.12.1"


def test_stack_without_a_default() -> None:
    (stack,) = small_table("3.12.1").stacks
    table = Table(STACK, (replace(stack, default_series=None),))
    resolution = asked(table, None)
    assert resolution.failure == DefaultMissing(STACK, (Series(3, 12),))
    assert resolution.failure.detail == STACK
    assert resolution.request is None


def test_last_build_counts_for_its_series_today() -> None:
    resolution = asked(small_table("3.11.1", "3.11.2", "3.12.1"), None, Ruleset.CURRENT, "3.11.1")
    assert resolution.request == Request("3.11", "cached")
    assert version_of(resolution) == "3.11.2"


def test_last_build_counts_exactly_by_the_documentation() -> None:
    resolution = asked(small_table("3.11.1", "3.11.2", "3.12.1"), None, Ruleset.DOCUMENTED, "3.11.1")
    assert resolution.request == Request("3.11.1", "cached")
    assert version_of(resolution) == "3.11.1"
    assert resolution.release is not None
    assert not resolution.release.is_pinned


@pytest.mark.parametrize("status", [ReleaseStatus.YANKED, ReleaseStatus.WITHDRAWN])
def test_last_build_that_was_taken_back_moves_to_the_newest(status: ReleaseStatus) -> None:
    table = with_status(small_table("3.11.1", "3.11.2"), "3.11.1", status)
    resolution = asked(table, None, Ruleset.DOCUMENTED, "3.11.1")
    assert version_of(resolution) == "3.11.2"
    assert resolution.warnings == (PreviousReplaced("3.11.1", status.value, "because", Version(3, 11, 2)),)


def test_last_build_that_was_taken_back_and_has_no_successor() -> None:
    yanked = with_status(small_table("3.11.1"), "3.11.1", ReleaseStatus.YANKED)
    assert version_of(asked(yanked, None, Ruleset.DOCUMENTED, "3.11.1")) == "3.11.1"
    withdrawn = with_status(small_table("3.11.1"), "3.11.1", ReleaseStatus.WITHDRAWN)
    assert isinstance(asked(withdrawn, None, Ruleset.DOCUMENTED, "3.11.1").failure, ReleaseWithdrawn)


def test_last_build_that_the_table_never_had() -> None:
    table = small_table("3.11.1")
    assert isinstance(asked(table, None, Ruleset.DOCUMENTED, "3.11.9").failure, ReleaseUnknown)
    assert isinstance(asked(table, None, Ruleset.DOCUMENTED, "3.7.1").failure, SeriesEnded)
    assert isinstance(asked(table, None, Ruleset.DOCUMENTED, "3.11.99999999999").failure, ReleaseUnknown)


@pytest.mark.parametrize("previous", ["", "3.12", "python-3.12.1", "3.12.01", "3.12.1.0", "pypy3.9", "9" * 5000, "\0"])
def test_what_is_no_release_was_no_last_build(previous: str) -> None:
    assert sticky_release(previous) is None
    resolution = asked(small_table("3.11.1", "3.12.1"), None, Ruleset.CURRENT, previous)
    assert resolution.request == Request("3.12", "default")


def test_stacks_that_nothing_is_built_on() -> None:
    table = shipped_table("2024-documented")
    discontinued = resolve(Request("3.9", "request"), stack="scalingo-18", table=table).failure
    assert isinstance(discontinued, StackDiscontinued)
    assert discontinued.detail == "scalingo-18"
    unknown = resolve(None, stack="scalingo\ud800\0", table=table)
    assert unknown.failure == StackUnknown("scalingo\\ud800\\x00", "scalingo-22")
    assert unknown.ruleset is None


@pytest.mark.parametrize("text", ["", "3", "python-3.12", "latest", "3.12.x", " 3.12", "3.12\n"])
def test_malformed_request_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked(small_table("3.12.1"), text)
    assert refused.value.code == "request::malformed"
    (fault,) = refused.value.faults
    assert fault.place == "request"
    assert repr(text) in fault.problem


@pytest.mark.parametrize(("text", "patch", "release"), [("3.12", None, None), ("3.12.7", 7, Version(3, 12, 7))])
def test_wanted_takes_versions_apart(text: str, patch: int | None, release: Version | None) -> None:
    wanted = Wanted.parse(text)
    assert wanted is not None
    assert (wanted.series, wanted.patch, wanted.series_text) == (Series(3, 12), patch, "3.12")
    assert wanted.release == release


def test_document_of_an_answer() -> None:
    table = shipped_table("2024-documented")
    document = resolution_document(resolve(Request("3.12", "request"), stack="scalingo-22", table=table), revision=2)
    assert {name: document[name] for name in ("revision", "ruleset", "request", "failure", "warnings")} == {
        "revision": 2,
        "ruleset": "documented",
        "request": {"version": "3.12", "origin": "request"},
        "failure": None,
        "warnings": [],
    }
    release = document["release"]
    assert isinstance(release, dict)
    assert (release["version"], release["pinned"], release["outdated"]) == ("3.12.3", False, False)
    assert release["artifact"]["arch"] == "amd64"


def test_document_of_a_failure_and_of_a_warning() -> None:
    table = small_table("3.12.1", "3.12.2")
    failed = resolution_document(asked(table, "3.13"), revision=None)
    assert failed["failure"] == {
        "code": "python-version::unknown-major",
        "detail": "3.13",
        "blame": "app",
        "title": "Python 3.13 is not known",
        "message": "Python 3.13 (asked for by: runtime.txt) is newer than anything that stack-22 offers. "
        "Check the version for typing errors, or ask for Python 3.12.",
    }
    assert failed["release"] is None
    warned = resolution_document(asked(table, "3.12.1"), revision=None)
    assert warned["warnings"] == [
        {
            "code": "patch-update-available",
            "title": "Python 3.12.2 is available",
            "message": "Your app uses Python 3.12.1, but 3.12.2 is the newest release of Python 3.12. "
            "Ask for 3.12 instead of 3.12.1, so that every build gets the newest security fixes.",
        }
    ]
    unknown = resolution_document(resolve(None, stack="nowhere", table=table), revision=1)
    assert (unknown["ruleset"], unknown["request"]) == (None, None)


def test_facts_of_an_outcome() -> None:
    outcome = SeriesUnsupported("3.8", "runtime.txt", STACK, (Series(3, 12), Series(3, 11)))
    assert outcome_facts(outcome) == {
        "detail": "3.8",
        "series": "3.8",
        "origin": "runtime.txt",
        "stack": STACK,
        "offered": "3.12, 3.11",
        "other_stacks": "",
    }
    assert outcome_facts(StackDiscontinued("old", None, "new")) == {
        "detail": "old",
        "stack": "old",
        "default_stack": "new",
    }
