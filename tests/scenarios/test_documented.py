"""Apps of 2024 under the documented rules: real outcomes, except where the documentation promised something else."""

import pytest

from tests.scenarios.cases import Case, answer_to, cases_of, outcome_of
from tests.tables import shipped_table
from versions.domain.table import Ruleset

CASES = cases_of("documented-2024")
TABLE = shipped_table("2024-documented")

# What the documentation says of the apps that the builds of the time treated otherwise.
DOCUMENTATION_WINS = {
    "2024-runtime-txt/3.12-minor-only": ("3.12", "runtime.txt", "3.12.3"),
    "2024-package-manager/pipfile-python_version-without-lock": ("3.9", "Pipfile", "3.9.19"),
    "2024-sticky/no-prefix": ("3.11.4", "cached", "3.11.4"),
}


def test_no_case_is_lost() -> None:
    assert len(CASES) == 43
    assert len({case.id for case in CASES}) == 43
    assert {case.id for case in CASES} >= set(DOCUMENTATION_WINS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_outcome_is_the_documented_one(case: Case) -> None:
    previous = case.fields["cached_python_version"]
    previous = None if previous is None else previous.removeprefix("python-")
    outcome = outcome_of(answer_to(case, TABLE, Ruleset.DOCUMENTED, previous=previous))
    expected = case.expected
    assert outcome["detected"] == expected["detected"]
    if not expected["detected"]:
        return
    assert outcome["package_manager"] == expected["package_manager"]
    if case.id in DOCUMENTATION_WINS:
        found = tuple(outcome[name] for name in ("requested_version", "origin", "resolved_version"))
        assert found == DOCUMENTATION_WINS[case.id]
    elif expected["archive_in_docs_table"]:
        assert f"python-{outcome['resolved_version']}" == expected["runtime"]
        assert outcome["origin"] == expected["origin"]
        assert outcome["failure_reason"] is None
    else:
        assert outcome["failure_reason"] is not None
        assert outcome["resolved_version"] is None
