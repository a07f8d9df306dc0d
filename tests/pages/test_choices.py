"""Colours and shortcuts, kept in cookies."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("chosen", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"'), ("system", None)]
)
def test_theme_is_remembered(viewer_page: Client, chosen: str, attribute: str | None) -> None:
    response = viewer_page.post("/profile/theme/", {"theme": chosen, "next": "/profile/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/profile/")
    html = viewer_page.get("/profile/").content.decode()
    assert (attribute in html) if attribute else ("data-theme" not in html)


def test_theme_is_no_place_for_anything_else(viewer_page: Client) -> None:
    viewer_page.post("/profile/theme/", {"theme": '"><script>', "next": "/"})
    assert viewer_page.cookies["theme"].value == "system"
    viewer_page.cookies["theme"] = '"><b>'
    assert "<b>" not in viewer_page.get("/profile/").content.decode()


def test_theme_needs_no_sign_in_and_takes_no_get(db: None) -> None:
    assert Client().post("/profile/theme/", {"theme": "dark"}).headers["Location"] == "/"
    assert Client().get("/profile/theme/").status_code == 405


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_theme_follows_no_foreign_next(viewer_page: Client, target: str) -> None:
    assert viewer_page.post("/profile/theme/", {"theme": "dark", "next": target}).headers["Location"] == "/"


def test_shortcuts_can_be_switched_off(viewer_page: Client) -> None:
    assert "data-keys" not in viewer_page.get("/profile/").content.decode()
    viewer_page.post("/profile/keys/", {"keys": "off", "next": "/profile/"})
    assert 'data-keys="off"' in viewer_page.get("/profile/").content.decode()
