"""Reads the recorded cases and puts them to detection, in the form in which the API would answer."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.source_document import read_source
from versions.domain.table import Ruleset, Table

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Case:
    """One line of a file in `data`."""

    fields: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def tags(self) -> frozenset[str]:
        return frozenset(self.fields.get("tags", ()))

    @property
    def expected(self) -> dict[str, Any]:
        expected: dict[str, Any] = self.fields["expected"]
        return expected


def cases_of(name: str) -> list[Case]:
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [Case(json.loads(line)) for line in lines]


def answer_to(case: Case, table: Table, ruleset: Ruleset, *, previous: str | None) -> dict[str, Any]:
    """The portal's answer, once through JSON: what cannot be sent would not be an answer."""
    tree = read_source(case.fields["files"])
    detection = detect(tree, stack=case.fields["stack"], table=table, revision=1, ruleset=ruleset, previous=previous)
    answer: dict[str, Any] = json.loads(json.dumps(detection_document(detection, is_explained=True)).encode())
    return answer


def outcome_of(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer in the words of the recorded cases. Texts that are empty count as absent there."""
    request, release, failure = (answer[name] or {} for name in ("request", "release", "failure"))
    return {
        "detected": answer["detected"],
        "package_manager": answer["package_manager"],
        "requested_version": request.get("version"),
        "origin": request.get("origin"),
        "resolved_version": release.get("version"),
        "failure_reason": failure.get("code"),
        "failure_detail": failure.get("detail") or None,
        "warnings": [warning["code"] for warning in answer["warnings"]],
    }


def offers(table: Table, stack: str, version: str) -> bool:
    entry = table.find_stack(stack)
    return entry is not None and any(
        str(release.version) == version for series in entry.series for release in series.releases
    )
