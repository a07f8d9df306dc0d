"""Every app that today's buildpack was watched building gets the same outcome from us."""

from typing import Any

import pytest

from tests.scenarios.cases import Case, answer_to, cases_of, offers, outcome_of
from tests.tables import shipped_table
from versions.domain.messages.explanation import MISSING
from versions.domain.table import Ruleset, Table

CASES = cases_of("current")
TABLE = shipped_table("2026-07-conformance")
_WORDED_BY_TOOLS = frozenset({"detail-is-tool-output", "detail-env-sensitive"})


def test_no_case_is_lost() -> None:
    assert len(CASES) == 540
    assert len({case.id for case in CASES}) == 540


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_outcome_is_the_recorded_one(case: Case) -> None:
    answer = answer_to(case, TABLE, Ruleset.CURRENT, previous=case.fields["cached_python_version"])
    outcome = outcome_of(answer)
    if "bash-artifact" in case.tags:
        assert outcome["failure_reason"] or outcome["resolved_version"]
        return
    expected = expected_outcome(case, TABLE)
    if not expected["detected"]:
        assert answer["detected"] is False
        assert not any(value for name, value in answer.items() if name not in {"detected", "trace"})
        return
    accepted = [expected]
    if "outcome-env-sensitive" in case.tags:
        accepted += [expected | _known(variant) for variant in case.fields["variants"].values()]
    assert {name: outcome[name] for name in expected} in accepted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_answer_is_told_in_whole_sentences(case: Case) -> None:
    answer = answer_to(case, TABLE, Ruleset.CURRENT, previous=case.fields["cached_python_version"])
    told = [answer["failure"], *answer["warnings"]] if answer["failure"] else answer["warnings"]
    assert not [text for entry in told for text in (entry["title"], entry["message"]) if _has_gap(text)]
    assert answer["trace"]
    assert not [entry["text"] for entry in answer["trace"] if _has_gap(entry["text"])]


def expected_outcome(case: Case, table: Table) -> dict[str, Any]:
    """What was recorded, or what was foretold for the case that the table lacks the release."""
    expected = {name: value for name, value in case.expected.items() if name != "exit_code"}
    if not expected["detected"]:
        return expected
    expected["failure_detail"] = expected["failure_detail"] or None
    missing = case.fields.get("if_archive_missing")
    version = expected["resolved_version"]
    if missing and not expected["failure_reason"] and not offers(table, case.fields["stack"], version):
        expected |= {"resolved_version": None} | {name: missing[name] for name in ("failure_reason", "failure_detail")}
        del expected["warnings"]
    if case.tags & _WORDED_BY_TOOLS:
        del expected["failure_detail"]
    return expected


def _known(variant: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variant.items() if name not in {"exit_code", "error_headline"}}


def _has_gap(text: str) -> bool:
    """Whether a fact was missing, or a bracket of the template left standing. A cut fact ends in the same ellipsis."""
    return "[[" in text or "]]" in text or any(word in {MISSING, MISSING + "."} for word in text.split())
