"""A build's question to the table, asked again of another one."""

from datetime import date

import pytest

from builds.domain.replay import NoReplay, Outcome, Question, question_of, recorded_outcome, replay
from tests.tables import small_stack, small_table
from versions.domain.resolution import Hold, Request
from versions.domain.table import Ruleset, Table
from versions.domain.version import Version

STACK = "stack-22"
TABLE = small_table("3.11.8", "3.12.2", "3.12.4")
ASKED = {"version": "3.12", "origin": "runtime.txt"}
HOLD = Hold(Version(3, 12, 2), "numpy breaks", date(2026, 12, 31), "anna")
HOLD_DOCUMENT = {"version": "3.12.2", "reason": "numpy breaks", "until_on": "2026-12-31", "by": "anna"}


def question(
    request: Request | None, *, stack: str = STACK, ruleset: Ruleset | None = None, hold: Hold | None = None,
    ignored: tuple[Request, ...] = (),
) -> Question:  # fmt: skip
    return Question(stack, "amd64", ruleset, request, hold, ignored)


@pytest.mark.parametrize(
    ("detection", "expected"),
    [
        ({}, NoReplay.NOT_DETECTED),
        ({"detected": False}, NoReplay.NOT_PYTHON),
        ({"detected": True, "failure": {"code": "python-version::invalid"}, "request": ASKED}, NoReplay.FILES_DECIDED),
        ({"detected": True}, NoReplay.NO_REQUEST),
        ({"detected": True, "request": "3.12"}, NoReplay.NO_REQUEST),
        ({"detected": True, "request": {}}, NoReplay.NO_REQUEST),
        ({"detected": True, "request": {"version": "3", "origin": "x"}}, NoReplay.NO_REQUEST),
        ({"detected": True, "failure": {"code": "python-version::no-default"}}, NoReplay.NO_REQUEST),
        ({"detected": True, "failure": {"code": "checks::stack::eol"}}, question(None)),
        ({"detected": True, "failure": "text", "request": ASKED}, question(Request("3.12", "runtime.txt"))),
        (
            {"failure": {"code": "python-version::unknown-patch"}, "request": {"version": "3.12.9", "origin": "x"}},
            question(Request("3.12.9", "x")),
        ),
        ({"request": ASKED, "hold": HOLD_DOCUMENT}, question(Request("3.12", "runtime.txt"), hold=HOLD)),
    ],
)
def test_what_a_build_asked(detection: dict[str, object], expected: Question | NoReplay) -> None:
    assert question_of(detection, stack=STACK, arch="amd64", ruleset="") == expected


@pytest.mark.parametrize(
    ("written", "ruleset"), [("current", Ruleset.CURRENT), ("documented", Ruleset.DOCUMENTED), ("a newer one", None)]
)
def test_the_rules_of_the_day(written: str, ruleset: Ruleset | None) -> None:
    found = question_of({"request": ASKED}, stack=STACK, arch="arm64", ruleset=written)
    assert found == Question(STACK, "arm64", ruleset, Request("3.12", "runtime.txt"))


@pytest.mark.parametrize(
    ("trace", "ignored"),
    [
        (None, ()),
        ("text", ()),
        (["text", None], ()),
        ([{"reason": "outranked", "subject": "Pipfile", "facts": {"found": "3.9"}}], ()),
        ([{"reason": "version-ignored", "subject": "Pipfile"}], ()),
        ([{"reason": "version-ignored", "subject": "Pipfile", "facts": {"found": "3.9.1"}}], ()),
        (
            [
                {"reason": "version-ignored", "subject": "Pipfile", "facts": {"found": "3.9"}},
                {"reason": "version-ignored", "subject": "Pipfile.lock", "facts": {"found": "3.8"}},
            ],
            (Request("3.9", "Pipfile"), Request("3.8", "Pipfile.lock")),
        ),
    ],
)
def test_versions_that_were_passed_over(trace: object, ignored: tuple[Request, ...]) -> None:
    found = question_of({"request": ASKED, "trace": trace}, stack=STACK, arch="amd64", ruleset="documented")
    assert isinstance(found, Question)
    assert found.ignored == ignored


@pytest.mark.parametrize(
    ("detection", "outcome", "title"),
    [
        ({}, Outcome(), ""),
        ({"failure": {"code": ""}, "release": {"version": "3.12.2", "artifact": None}}, Outcome("3.12.2"), ""),
        ({"release": {"version": "3.12.2", "artifact": {"url": "/x"}}}, Outcome("3.12.2", is_installable=True), ""),
        ({"failure": {"code": "a::b", "title": "No"}, "release": {}}, Outcome(failure_code="a::b"), "No"),
        ({"failure": {"code": "a::b"}}, Outcome(failure_code="a::b"), "a::b"),
    ],
)
def test_what_the_build_was_told(detection: dict[str, object], outcome: Outcome, title: str) -> None:
    assert recorded_outcome(detection) == outcome
    assert recorded_outcome(detection).title == title


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (question(Request("3.12", "runtime.txt")), Outcome("3.12.4")),
        (question(Request("3.12", "runtime.txt"), hold=HOLD), Outcome("3.12.2")),
        (question(Request("3.12", "default")), Outcome("3.12.4")),
        (question(Request("3.11", "default")), Outcome("3.12.4")),  # another series is the default today
        (question(Request("3.11.8", "cached")), Outcome("3.11.8")),
        (question(Request("3.12.2", "cached"), ruleset=Ruleset.CURRENT), Outcome("3.12.4")),
        (question(Request("3.11", "cached"), ruleset=Ruleset.CURRENT), Outcome("3.11.8")),
        (question(Request("3.12.3", "runtime.txt")), Outcome(failure_code="python-version::unknown-patch")),
        (question(None), Outcome()),
        (question(None, stack="gone"), Outcome(failure_code="checks::stack::unknown")),
    ],
)
def test_what_another_table_answers(asked: Question, outcome: Outcome) -> None:
    assert replay(asked, TABLE) == outcome


def test_a_failure_is_told_in_words() -> None:
    assert replay(question(None, stack="gone"), TABLE).title == "The stack gone is not known"


@pytest.mark.parametrize(
    ("ignored", "version"),
    [
        ((Request("3.9", "Pipfile"),), "3.12.4"),  # still no stack has it
        ((Request("3.9", "Pipfile"), Request("3.11", "Pipfile.lock")), "3.11.8"),
        ((Request("nonsense", "Pipfile"),), "3.12.4"),
    ],
)
def test_a_version_that_was_passed_over_counts_once_a_stack_has_its_series(
    ignored: tuple[Request, ...], version: str
) -> None:
    assert replay(question(Request("3.12", "default"), ignored=ignored), TABLE).version == version


def test_a_series_of_another_stack_is_known_and_fails_here() -> None:
    both = Table(STACK, (TABLE.stacks[0], small_stack("3.9.1", stack="stack-20", base="ubuntu-20.04")))
    asked = question(Request("3.12", "default"), ruleset=Ruleset.DOCUMENTED, ignored=(Request("3.9", "Pipfile"),))
    assert replay(asked, both).failure_code == "python-version::unsupported-on-stack"
