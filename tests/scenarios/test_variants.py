"""Apps that nobody was watched building: variants of the recorded ones, with the answers that the rules give them."""

import pytest

from tests.scenarios.cases import Case, answer_to, cases_of, outcome_of
from tests.tables import shipped_table
from versions.domain.table import Ruleset, Table

CASES = [
    pytest.param(case, shipped_table(table), ruleset, id=f"{ruleset}-{case.id}")
    for name, table, ruleset in (
        ("current-variants", "2026-07-conformance", Ruleset.CURRENT),
        ("documented-variants", "2024-documented", Ruleset.DOCUMENTED),
    )
    for case in cases_of(name)
]


@pytest.mark.parametrize(("case", "table", "ruleset"), CASES)
def test_outcome_follows_from_the_rules(case: Case, table: Table, ruleset: Ruleset) -> None:
    answer = answer_to(case, table, ruleset, previous=case.fields["cached_python_version"])
    assert outcome_of(answer) == case.expected
