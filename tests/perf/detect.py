"""Detection of every recorded app: from the body of the request to the body of the answer."""

import json

from builds.domain.source_document import read_source
from tests.perf.measuring import Figure, cpu_seconds, percentile
from tests.scenarios.cases import Case, answer_to, cases_of
from tests.tables import shipped_table
from versions.domain.strict_json import read_json
from versions.domain.table import Ruleset, Table

BELOW_MS = 5


def measure() -> Figure:
    """The 95th percentile of server time over all recorded apps under both rule sets, asked once each."""
    asked = [
        (case, shipped_table(table), ruleset)
        for name, table, ruleset in (
            ("current", "2026-07-conformance", Ruleset.CURRENT),
            ("documented-2024", "2024-documented", Ruleset.DOCUMENTED),
        )
        for case in cases_of(name)
    ]
    taken = [_seconds(case, table, ruleset) for case, table, ruleset in asked]
    return Figure(percentile(taken, 0.95) * 1000, f"ms of CPU at p95 of {len(taken)} apps", below=BELOW_MS)


def _seconds(case: Case, table: Table, ruleset: Ruleset) -> float:
    body = json.dumps({"files": case.fields["files"]}).encode()

    def answered() -> None:
        document = read_json(body)
        assert isinstance(document, dict)
        read_source(document["files"])
        answer_to(case, table, ruleset, previous=case.fields.get("cached_python_version"))

    return cpu_seconds(answered)
