"""Holding apps over HTTP, and who is told of a hold."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from portal.access.scopes import Scope
from tests.reporting import STACK, ApiBuilder, publish_two_stacks

BODY = {"version": "3.12.2", "reason": "numpy", "until_on": str(datetime.now(UTC).date() + timedelta(days=9))}
QUESTION = {"stack": STACK, "files": {"requirements.txt": {"text": ""}}, "app": "shop"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher() -> ApiBuilder:
    publish_two_stacks()
    publisher = ApiBuilder(name="publisher", scopes=Scope.values)
    publisher.build()
    publisher.fence = 0
    return publisher


def test_hold_and_release(publisher: ApiBuilder) -> None:
    first, again = publisher.put("/apps/shop/hold", BODY), publisher.put("/apps/shop/hold", BODY)
    assert (first.status_code, again.status_code) == (200, 200)
    expected = {"version": "3.12.2", "reason": "numpy", "until_on": BODY["until_on"], "by": "token publisher"}
    assert publisher.get("/apps/shop").json()["hold"] == expected
    answer = publisher.post("/detect", QUESTION).json()
    assert (answer["hold"], answer["release"]["version"]) == (expected, "3.12.2")
    for _time in range(2):
        assert publisher.client.delete("/api/v1/apps/shop/hold").status_code == 204
    assert publisher.get("/apps/shop").json()["hold"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**BODY, "version": "3.12"}, "request::malformed"),
        ({**BODY, "version": "3.12.9"}, "hold::invalid"),
        ({**BODY, "until_on": "2020-01-01"}, "hold::invalid"),
        ({**BODY, "until_on": "soon"}, "request::malformed"),
        ({**BODY, "reason": ""}, "request::malformed"),
        ({**BODY, "note": "x"}, "request::unknown-field"),
        ({}, "request::malformed"),
    ],
)
def test_what_is_no_hold(publisher: ApiBuilder, body: dict[str, object], code: str) -> None:
    assert publisher.put("/apps/shop/hold", body).json()["code"] == code


def test_unknown_apps_and_missing_scopes(publisher: ApiBuilder) -> None:
    for name in ("nobody", "a%00"):
        assert publisher.put(f"/apps/{name}/hold", BODY).status_code == 404
        assert publisher.client.delete(f"/api/v1/apps/{name}/hold").status_code == 404
    assert ApiBuilder().put("/apps/shop/hold", BODY).status_code == 403
    elsewhere = ApiBuilder(name="elsewhere", scopes=Scope.values, stacks=["stack-20"])
    assert elsewhere.put("/apps/shop/hold", BODY).status_code == 404


def test_a_hold_is_told_to_those_who_build_or_read_history(publisher: ApiBuilder, client: Client) -> None:
    assert client.post("/api/v1/detect", QUESTION, content_type="application/json").status_code == 401
    reader = ApiBuilder(name="reader", scopes=["table:read"])
    assert reader.post("/detect", QUESTION).status_code == 403
    assert reader.post("/detect", {**QUESTION, "app": None}).status_code == 200


@pytest.mark.parametrize("name", ["nobody", "\0", "\ud800", "x" * 5000])
def test_any_text_is_an_app(publisher: ApiBuilder, name: str) -> None:
    reply = publisher.post("/detect", {**QUESTION, "app": name})
    assert (reply.status_code, reply.json()["hold"]) == (200, None)
