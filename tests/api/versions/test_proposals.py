"""A second approver over HTTP: one token proposes, another approves."""

import json
from typing import Any

import pytest
from django.test import Client

from portal.access.roles import Role
from portal.models import User
from portal.services import issue_token
from tests.pages.published import leave_pending, publish_shipped
from versions.domain.actor import Actor
from versions.models import Revision
from versions.selectors.published import published_table
from versions.services.approving import set_approval_rule

ANNA = Actor("anna")
PROPOSALS = "/api/v1/proposals"
BODY = {"message": "Python 3.12.4", "parts": ["scalingo-22:3.12.4"]}


def publisher(
    name: str, *, actor: Actor = ANNA, scope: str = "versions:publish", stacks: tuple[str, ...] = ()
) -> Client:
    _token, secret = issue_token(name=name, scopes=(scope,), stacks=stacks, actor=actor)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def post(client: Client, path: str, body: object, *, match: str | None = None) -> Any:
    headers = {"If-Match": published_table().digest if match is None else match}
    sent = {name: value for name, value in headers.items() if value}
    return client.post(path, json.dumps(body), content_type="application/json", headers=sent)


@pytest.fixture
def author(db: None) -> Client:
    """A pipeline, and a patch on a stack that asks for a second person."""
    publish_shipped()
    set_approval_rule(stack="scalingo-22", is_needed=True, actor=ANNA)
    leave_pending("3.12.4")
    return publisher("author")


def test_publishing_alone_is_refused_and_proposing_is_not(author: Client) -> None:
    refused = post(author, "/api/v1/publish", {"message": "alone"})
    assert (refused.status_code, refused.json()["code"]) == (409, "publish::needs-approval")
    reply = post(author, PROPOSALS, BODY)
    assert (reply.status_code, reply.headers["Location"]) == (201, f"{PROPOSALS}/{reply.json()['id']}")
    assert (reply.json()["status"], reply.json()["stacks"]) == ("open", ["scalingo-22"])
    assert post(author, PROPOSALS, BODY).status_code == 200
    assert [row["id"] for row in author.get(PROPOSALS).json()["results"]] == [reply.json()["id"]]
    assert Revision.objects.count() == 1


def test_another_token_approves(author: Client) -> None:
    address = f"{PROPOSALS}/{post(author, PROPOSALS, {'message': 'All'}).json()['id']}"
    own = post(author, f"{address}/approve", {})
    assert (own.status_code, own.json()["code"]) == (403, "proposal::own")
    reply = post(publisher("approver"), f"{address}/approve", {})
    assert (reply.status_code, reply.json()["revision"], reply.json()["published_by"]) == (201, 2, "token author")
    found = author.get(address).json()
    assert (found["status"], found["decided_by"], found["revision"]) == ("approved", "token approver", 2)
    approval = author.get("/api/v1/revisions/2").json()["approval"]
    assert approval == {"by": "token approver", "at": found["decided_at"], "stacks": ["scalingo-22"]}
    assert author.get("/api/v1/revisions/1").json()["approval"] is None
    assert post(author, "/api/v1/rollback", {"revision": 1, "message": "back"}).status_code == 201
    assert author.get("/api/v1/revisions/3").json()["approval"] == {"by": None, "at": None, "stacks": ["scalingo-22"]}
    late = post(publisher("late"), f"{address}/approve", {})
    assert (late.status_code, late.json()["code"]) == (409, "proposal::decided")


def test_two_tokens_of_one_person_are_one_person(author: Client) -> None:
    paul = User.objects.create(username="paul", role=Role.PUBLISHER).actor
    one, other = publisher("one", actor=paul), publisher("other", actor=paul)
    address = f"{PROPOSALS}/{post(one, PROPOSALS, BODY).json()['id']}"
    assert post(other, f"{address}/approve", {}).json()["code"] == "proposal::own"


def test_declining(author: Client) -> None:
    address = f"{PROPOSALS}/{post(author, PROPOSALS, BODY).json()['id']}"
    other = publisher("other")
    assert post(other, f"{address}/decline", {}).status_code == 400
    reply = post(other, f"{address}/decline", {"reason": "Not on a Friday"})
    assert (reply.status_code, reply.json()["status"], reply.json()["reason"]) == (200, "declined", "Not on a Friday")


@pytest.mark.parametrize(
    ("body", "match", "status", "code"),
    [
        (BODY, "", 428, "publish::digest-missing"),
        (BODY, "sha256:" + "0" * 64, 412, "publish::conflict"),
        (BODY | {"parts": ["scalingo-22:3.99.9"]}, None, 409, "publish::not-pending"),
        (BODY | {"parts": ["\0"]}, None, 400, "request::malformed"),
        (BODY | {"parts": []}, None, 400, "request::malformed"),
        (BODY | {"partz": []}, None, 400, "request::unknown-field"),
        ({"parts": ["scalingo-22:3.12.4"]}, None, 400, "request::malformed"),
    ],
)
def test_what_cannot_be_proposed(author: Client, body: object, match: str | None, status: int, code: str) -> None:
    reply = post(author, PROPOSALS, body, match=match)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_tokens_without_the_scope_or_for_other_stacks(author: Client) -> None:
    address = f"{PROPOSALS}/{post(author, PROPOSALS, BODY).json()['id']}"
    assert post(publisher("reader", scope="history:read"), f"{address}/approve", {}).status_code == 403
    assert post(publisher("elsewhere", stacks=("scalingo-20",)), f"{address}/approve", {}).status_code == 404
    assert post(author, f"{PROPOSALS}/999/approve", {}).json()["code"] == "proposal::unknown"
    assert author.get(f"{PROPOSALS}/99999999999999999999").status_code == 404


def test_watching_a_revision(author: Client) -> None:
    reader = publisher("reader", scope="history:read")
    found = reader.get("/api/v1/revisions/1/watch").json()
    assert (found["is_open"], found["now"]["builds"], found["apps"]) == (True, 0, {"foretold": 0, "moved": 0})
    assert reader.get("/api/v1/revisions/9/watch").json()["code"] == "revision::unknown"
    assert author.get("/api/v1/revisions/1/watch").status_code == 403
