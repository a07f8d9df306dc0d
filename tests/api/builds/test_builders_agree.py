"""A builder without its portal answers as the portal does: every recorded app, put to both."""

import pytest
from django.test import Client

from builds.builder.kept_table import local_answer, read_kept
from tests.pages.published import publish_shipped
from tests.scenarios.cases import Case, cases_of

pytestmark = pytest.mark.django_db


def question(case: Case) -> dict[str, object]:
    previous = case.fields.get("cached_python_version")
    asked = {"stack": case.fields["stack"], "arch": "amd64", "files": case.fields["files"]}
    return asked | ({"previous": previous} if previous else {})


@pytest.mark.parametrize(
    ("table", "corpus", "count"),
    [("2026-07-conformance", "current", 540), ("2024-documented", "documented-2024", 43)],
)
def test_portal_and_builder_answer_alike(table: str, corpus: str, count: int, client: Client) -> None:
    publish_shipped(table)
    kept = read_kept(client.get("/api/v1/table").json())
    assert kept is not None
    cases = cases_of(corpus)
    assert len(cases) == count
    different = []
    for case in cases:
        asked = question(case)
        reply = client.post("/api/v1/detect?explain=1", asked, content_type="application/json")
        assert reply.status_code == 200, case.id
        if reply.json() != local_answer(asked, kept):
            different.append(case.id)
    assert different == []
