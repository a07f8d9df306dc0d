"""Bearer tokens at the API's door, and the problem documents behind it."""

import base64
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from portal.access.scopes import Scope
from portal.models import Token
from portal.services import create_staff_user, issue_token, revoke_token
from versions.domain.actor import Actor

HISTORY = "/api/v1/builds"
TABLE = "/api/v1/table"


def token_for(*scopes: str, **more: object) -> str:
    _token, text = issue_token(name="client", scopes=scopes, actor=Actor("a test"), **more)  # type: ignore[arg-type]
    return text


def get(address: str, token: str | None = None, *, scheme: str = "Bearer") -> tuple[int, dict[str, object], str]:
    headers = {"Authorization": f"{scheme} {token}"} if token is not None else {}
    response = Client().get(address, headers=headers)
    is_problem = response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json() if is_problem else {}, response.headers.get("WWW-Authenticate", "")


def test_missing_token_is_asked_for(db: None) -> None:
    status, problem, challenge = get(HISTORY)
    assert (status, problem["code"], challenge) == (401, "auth::missing", "Bearer")


@pytest.mark.parametrize("text", ["", "x", "rp_aaaaaaaaaaaa.secret", "rp_\u00fc.x", "a b c", "rp_a.b.c"])
def test_unknown_token_is_refused(db: None, text: str) -> None:
    status, problem, challenge = get(HISTORY, text)
    assert (status, problem["code"], challenge) == (401, "auth::invalid-token", "Bearer")


def test_right_scope_opens(db: None) -> None:
    assert get(HISTORY, token_for("history:read"))[0] == 200
    assert Token.objects.get().last_used_at is not None


def test_every_other_scope_does_not(db: None) -> None:
    others = [scope for scope in Scope.values if scope != "history:read"]
    status, problem, _challenge = get(HISTORY, token_for(*others))
    assert (status, problem["code"]) == (403, "auth::missing-scope")


def test_expired_token_is_refused(db: None) -> None:
    text = token_for("history:read", expires_at=timezone.now() - timedelta(seconds=1))
    status, problem, _challenge = get(HISTORY, text)
    assert (status, problem["code"]) == (401, "auth::expired-token")


def test_revoked_token_is_refused(db: None) -> None:
    text = token_for("history:read")
    revoke_token(token_id=Token.objects.get().pk)
    assert get(HISTORY, text)[:2][0] == 401


def test_wrong_secret_of_a_right_prefix_is_refused(db: None) -> None:
    text = token_for("history:read")
    assert get(HISTORY, text[:-1] + ("a" if text[-1] != "a" else "b"))[0] == 401
    assert Token.objects.get().last_used_at is None


def test_token_of_a_forgotten_pepper_is_refused(db: None, settings: Settings) -> None:
    text = token_for("history:read")
    settings.TOKEN_PEPPERS = {"other": "o" * 64}
    assert get(HISTORY, text)[0] == 401


def test_token_of_an_older_pepper_still_holds(db: None, settings: Settings) -> None:
    text = token_for("history:read")
    settings.TOKEN_PEPPERS = {"newer": "n" * 64, **settings.TOKEN_PEPPERS}
    assert get(HISTORY, text)[0] == 200


def test_basic_is_no_way_into_anything_but_the_table(db: None) -> None:
    basic = base64.b64encode(f"x:{token_for('history:read')}".encode()).decode()
    assert get(HISTORY, basic, scheme="Basic")[:2][1]["code"] == "auth::missing"


class TestTableThatRequiresAToken:
    @pytest.fixture(autouse=True)
    def _required(self, db: None, settings: Settings) -> None:
        settings.TABLE_REQUIRES_TOKEN = True

    def test_nobody_gets_in_without(self) -> None:
        status, problem, challenge = get(TABLE)
        assert (status, problem["code"]) == (401, "auth::missing")
        assert challenge.startswith("Basic")

    def test_bearer_and_basic_get_in(self) -> None:
        text = token_for("table:read")
        basic = base64.b64encode(f"anything:{text}".encode()).decode()
        # Past the door there is no table yet: that is the table's own 404.
        assert get(TABLE, text)[1]["code"] == "revision::unknown"
        assert get(TABLE, basic, scheme="Basic")[1]["code"] == "revision::unknown"

    @pytest.mark.parametrize("basic", ["", "%%%", "eA==", base64.b64encode(b"a:b").decode()])
    def test_bad_basic_is_refused(self, basic: str) -> None:
        assert get(TABLE, basic, scheme="Basic")[0] == 401


def test_table_is_public_by_default_but_a_wrong_token_is_told(db: None) -> None:
    assert get(TABLE)[1]["code"] == "revision::unknown"
    assert get(TABLE, "rp_aaaaaaaaaaaa.secret")[0] == 401


def test_session_of_a_person_is_no_token(db: None) -> None:
    client = Client()
    client.force_login(create_staff_user(username="ada", password="a quiet afternoon in the library", role="admin"))
    assert client.get(HISTORY).status_code == 401
