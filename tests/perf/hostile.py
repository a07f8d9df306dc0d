"""The worst that a stranger can post to detection, answered or refused."""

import json

from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.source_document import read_source
from builds.domain.storable import storable_json
from tests.hostile import hostile_sources
from tests.perf.measuring import Figure, least_cpu_seconds
from tests.tables import shipped_table
from versions.domain.refusals import Refusal
from versions.domain.strict_json import read_json
from versions.domain.table import Ruleset, Table

BELOW_MS = 50
STACK = "scalingo-24"


def measure() -> Figure:
    """The longest that is answered, its request parsed and its answer written, under either rule set."""
    table = shipped_table("2026-07-conformance")
    answered: dict[str, float] = {}
    refused: dict[str, float] = {"none": 0}
    for name, files in hostile_sources().items():
        body = json.dumps({"files": files}).encode()
        for ruleset in Ruleset:
            kind = answered if _is_answered(body, table, ruleset) else refused
            kind[f"{name}, {ruleset}"] = _seconds(body, table, ruleset)
    name, longest = max(answered.items(), key=lambda item: item[1])
    refusal, longest_refusal = max(refused.items(), key=lambda item: item[1])
    unit = f"ms of CPU for the worst of {len(answered)} answers ({name}); "
    unit += f"the worst of {len(refused) - 1} refusals: {longest_refusal * 1000:.0f} ms ({refusal})"
    return Figure(longest * 1000, unit, below=BELOW_MS)


def _seconds(body: bytes, table: Table, ruleset: Ruleset) -> float:
    return least_cpu_seconds((lambda: _is_answered(body, table, ruleset), 1), rounds=6)[0]


def _is_answered(body: bytes, table: Table, ruleset: Ruleset) -> bool:
    """Does all that the portal does between reading the request and sending the answer. False: it was refused."""
    try:
        document = read_json(body)
        assert isinstance(document, dict)
        tree = read_source(document["files"])
        detection = detect(tree, stack=STACK, table=table, revision=1, ruleset=ruleset)
    except (Refusal, ValueError):  # ValueError: what is no JSON, or too much of it
        return False
    json.dumps(storable_json(detection_document(detection, is_explained=True)))  # type: ignore[arg-type]
    return True
