"""The public pages of codes, and health."""

import pytest
from django.test import Client

from portal.messages import ALL
from tests.scenarios.cases import answer_to, cases_of
from tests.tables import shipped_table
from versions.domain.table import Ruleset


def test_every_code_has_its_page(db: None) -> None:
    client = Client()
    listing = client.get("/docs/codes/").content.decode()
    for code in ALL:
        assert f'href="/docs/codes/{code}"' in listing
        assert client.get(f"/docs/codes/{code}").status_code == 200


@pytest.mark.parametrize(
    ("name", "table", "ruleset"),
    [("current", "2026-07-conformance", "current"), ("documented-2024", "2024-documented", "documented")],
)
def test_every_code_of_an_answer_has_its_page(name: str, table: str, ruleset: str) -> None:
    known = shipped_table(table)
    codes: set[str] = set()
    for case in cases_of(name):
        previous = (case.fields["cached_python_version"] or "").removeprefix("python-") or None
        answer = answer_to(case, known, Ruleset(ruleset), previous=previous)
        codes |= {told["code"] for told in (answer["failure"], *answer["warnings"]) if told}
    assert codes
    assert codes <= set(ALL)  # each of which has its page, as the test above shows


def test_titles_in_the_list_have_no_braces(db: None) -> None:
    listing = Client().get("/docs/codes/").content.decode()
    assert "Python … has reached its end of life" in listing
    assert not set("{}[]") & set(listing.partition("<main")[2].partition("</main>")[0])


def test_unknown_code_has_none(db: None) -> None:
    assert Client().get("/docs/codes/no::such-code").status_code == 404


def test_text_for_staff_is_for_staff(viewer_page: Client) -> None:
    code, explanation = next(iter(ALL.items()))
    assert "For staff" not in Client().get(f"/docs/codes/{code}").content.decode()
    assert "For staff" in viewer_page.get(f"/docs/codes/{code}").content.decode()
    assert explanation.staff_text


def test_every_refusal_has_a_status_and_says_what_to_do() -> None:
    for code, explanation in ALL.items():
        assert explanation.title, code
        assert explanation.text, code
        assert explanation.advice, code
        assert explanation.status is None or 400 <= explanation.status < 600, code


def test_health_needs_no_sign_in(db: None) -> None:
    response = Client().get("/healthz")
    assert response.json() == {"web": "ok", "database": "ok"}
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("address", ["/docs/codes/", "/healthz"])
def test_public_pages_take_only_reads(db: None, address: str) -> None:
    assert Client().post(address).status_code == 405
