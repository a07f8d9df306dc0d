"""The public pages of codes, and health."""

import pytest
from django.test import Client

from portal.messages import ALL


def test_every_code_has_its_page(db: None) -> None:
    client = Client()
    listing = client.get("/docs/codes/").content.decode()
    for code in ALL:
        assert f'href="/docs/codes/{code}"' in listing
        assert client.get(f"/docs/codes/{code}").status_code == 200


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
