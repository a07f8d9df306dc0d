"""Signing in and out, and what must not work."""

import pytest
from django.core.cache import cache
from django.test import Client

from portal.models import User
from tests.pages.conftest import PASSWORD

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None) -> None:
    cache.clear()


def test_right_password_leads_to_the_dashboard(viewer: User) -> None:
    client = Client()
    response = client.post(LOGIN, {"login": "vera", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_name_counts_whatever_its_case(viewer: User) -> None:
    assert Client().post(LOGIN, {"login": "vera", "password": PASSWORD}).status_code == 302


def test_wrong_password_is_told_without_saying_what_was_wrong(viewer: User) -> None:
    wrong = Client().post(LOGIN, {"login": "vera", "password": "wrong"})
    unknown = Client().post(LOGIN, {"login": "nobody", "password": "wrong"})
    assert wrong.status_code == unknown.status_code == 200
    errors = [response.context["form"].non_field_errors().as_text() for response in (wrong, unknown)]
    assert errors[0] == errors[1] != ""


def test_guessing_is_stopped_even_when_the_guess_is_right(viewer: User) -> None:
    client = Client()
    for _attempt in range(5):
        client.post(LOGIN, {"login": "vera", "password": "wrong"})
    response = client.post(LOGIN, {"login": "vera", "password": PASSWORD})
    assert response.status_code != 302
    assert client.get("/").status_code == 302


def test_another_port_in_the_host_is_no_further_guess(viewer: User) -> None:
    for port in range(1, 6):
        Client(headers={"host": f"localhost:{port}"}).post(LOGIN, {"login": "vera", "password": "wrong"})
    response = Client(headers={"host": "localhost:6"}).post(LOGIN, {"login": "vera", "password": PASSWORD})
    assert response.status_code != 302


def test_account_that_is_switched_off_stays_out(viewer: User) -> None:
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    client = Client()
    client.post(LOGIN, {"login": "vera", "password": PASSWORD})
    assert client.get("/").status_code == 302


def test_session_ends_when_the_account_is_switched_off(viewer: User, viewer_page: Client) -> None:
    assert viewer_page.get("/").status_code == 200
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    assert viewer_page.get("/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_foreign_next_is_ignored(viewer: User, target: str) -> None:
    response = Client().post(LOGIN, {"login": "vera", "password": PASSWORD, "next": target})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_own_next_is_followed(viewer: User) -> None:
    response = Client().post(LOGIN, {"login": "vera", "password": PASSWORD, "next": "/runtimes/?discontinued=1"})
    assert response.headers["Location"] == "/runtimes/?discontinued=1"


def test_sign_out_takes_a_post(viewer_page: Client) -> None:
    assert "Sign out?" in viewer_page.get("/accounts/logout/").content.decode()
    assert viewer_page.get("/").status_code == 200
    viewer_page.post("/accounts/logout/")
    assert viewer_page.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_nobody_signs_up_or_resets_by_mail(db: None, address: str) -> None:
    assert Client().get(address).status_code == 404


def test_password_is_changed_by_its_owner(viewer: User, viewer_page: Client) -> None:
    new = "another afternoon, in the garden"
    viewer_page.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    viewer.refresh_from_db()
    assert viewer.check_password(new)


def test_form_without_its_token_is_refused(viewer: User) -> None:
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "vera", "password": PASSWORD})
    assert response.status_code == 403
    assert "request::stale-form" in response.content.decode()
