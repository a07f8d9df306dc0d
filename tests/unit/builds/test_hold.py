"""Holds: what may be said, and holds as JSON."""

from datetime import date

import pytest

from builds.domain.detection import detect
from builds.domain.hold import MAX_REASON_CHARACTERS, hold_document, hold_faults, read_hold
from builds.domain.trace import Reason, TraceEntry, Verdict
from tests.tables import small_table
from tests.unit.builds.trees import tree_of
from versions.domain.resolution import Hold, Request
from versions.domain.version import Version

TODAY, LAST = date(2026, 3, 1), date(2027, 3, 2)
HOLD = Hold(Version(3, 12, 2), "numpy breaks", date(2026, 12, 31), "anna")
DOCUMENT = {"version": "3.12.2", "reason": "numpy breaks", "until_on": "2026-12-31", "by": "anna"}


@pytest.mark.parametrize(
    ("version", "reason", "until_on", "places"),
    [
        ("3.12.2", "numpy breaks", TODAY, []),
        ("3.12.2", "x" * MAX_REASON_CHARACTERS, LAST, []),
        ("3.12", "x", TODAY, ["version"]),
        ("3.12.2", " ", TODAY, ["reason"]),
        ("3.12.2", "x" * (MAX_REASON_CHARACTERS + 1), TODAY, ["reason"]),
        ("3.12.2", "a\nb", TODAY, ["reason"]),
        ("3.12.2", "a\0b", TODAY, ["reason"]),
        ("3.12.2", "x", None, ["until_on"]),
        ("3.12.2", "x", date(2026, 2, 28), ["until_on"]),
        ("3.12.2", "x", date(2027, 3, 3), ["until_on"]),
        ("", "", None, ["version", "reason", "until_on"]),
    ],
)
def test_faults_stand_at_their_field(version: str, reason: str, until_on: date | None, places: list[str]) -> None:
    faults = hold_faults(version=version, reason=reason, until_on=until_on, today=TODAY)
    assert [fault.place for fault in faults] == places


def test_the_days_that_may_be_chosen_are_told() -> None:
    (fault,) = hold_faults(version="3.12.2", reason="x", until_on=None, today=TODAY)
    assert fault.problem == "expected a day from 2026-03-01 to 2027-03-02"


def test_a_hold_is_read_as_it_is_written() -> None:
    assert hold_document(HOLD) == DOCUMENT
    assert read_hold(DOCUMENT) == HOLD
    assert hold_document(None) is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        "3.12.2",
        [DOCUMENT],
        {},
        DOCUMENT | {"version": "3.12"},
        DOCUMENT | {"version": None},
        DOCUMENT | {"until_on": "soon"},
        DOCUMENT | {"until_on": "\0"},
    ],
)
def test_what_is_no_hold(document: object) -> None:
    assert read_hold(document) is None


@pytest.mark.parametrize(("hold", "release"), [(HOLD, Version(3, 12, 2)), (None, Version(3, 12, 4))])
def test_detection_says_that_the_app_is_held(hold: Hold | None, release: Version) -> None:
    tree = tree_of({"requirements.txt": "", "runtime.txt": "python-3.12"})
    found = detect(tree, stack="stack-22", table=small_table("3.12.2", "3.12.4"), revision=1, hold=hold)
    assert found.release is not None
    assert (found.request, found.release.version) == (Request("3.12", "runtime.txt"), release)
    told = TraceEntry("hold", Verdict.TAKEN, Reason.HELD, {"version": "3.12.2"})
    assert [entry for entry in found.trace if entry.reason is Reason.HELD] == ([told] if hold else [])
