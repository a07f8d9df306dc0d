"""Publishing, yanking, withdrawing and rolling back over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from builds.domain.impact import Situation
from portal.services import issue_token
from tests.fleet import build_fleet
from tests.pages.published import leave_pending
from tests.standing import standing_data
from tests.tables import shipped_document
from versions.domain.actor import Actor
from versions.domain.version import Version
from versions.models import Release, Revision
from versions.selectors.published import published_table
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

ANNA = Actor("anna")
YANK, WITHDRAW = "/api/v1/releases/3.12.3/yank", "/api/v1/releases/3.12.3/withdraw"
RETIRED = {"stacks": ["scalingo-22"], "reason": "breaks ssl"}


class Pipeline:
    """A release pipeline with a token."""

    def __init__(self, *scopes: str, stacks: tuple[str, ...] = ()) -> None:
        _token, secret = issue_token(name="pipeline", scopes=scopes, stacks=stacks, actor=ANNA)
        self.client = Client(headers={"Authorization": f"Bearer {secret}"})

    def post(self, path: str, body: object, match: str | None = None) -> Any:
        headers = {"If-Match": published_table().digest if match is None else match}
        sent = {name: value for name, value in headers.items() if value}
        return self.client.post(path, json.dumps(body), content_type="application/json", headers=sent)


@pytest.fixture(autouse=True, scope="module")
def _published(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, publish_the_first)


@pytest.fixture(autouse=True)
def _undone(db: None) -> None:
    """What a test does to the table is undone after it."""


def publish_the_first() -> None:
    import_table(document=shipped_document("2024-documented"))
    publish_pending(message="first", actor=ANNA)


@pytest.fixture
def pipeline(_undone: None) -> Pipeline:
    return Pipeline("versions:publish")


def status_of(version: Version, stack: str = "scalingo-22") -> str:
    held = published_table().table.find_stack(stack)
    release = held.find_release(version) if held else None
    assert release is not None
    return release.status.value


class TestPublish:
    def test_makes_the_next_revision(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.4")
        reply = pipeline.post("/api/v1/publish", {"message": "Python 3.12.4"})
        assert (reply.status_code, reply.json()["revision"], reply.json()["published_by"]) == (201, 2, "token pipeline")
        assert reply["Location"] == "/api/v1/revisions/2"
        assert reply.json()["digest"] == published_table().digest

    def test_a_quoted_digest_counts_too(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.4")
        match = f'"{published_table().digest}"'
        assert pipeline.post("/api/v1/publish", {"message": "quoted"}, match).status_code == 201

    def test_no_change_makes_no_revision(self, pipeline: Pipeline) -> None:
        reply = pipeline.post("/api/v1/publish", {"message": "nothing"})
        assert (reply.status_code, reply.json()["revision"], Revision.objects.count()) == (200, 1, 1)

    @pytest.mark.parametrize(
        ("match", "status", "code"),
        [
            ("", 428, "publish::digest-missing"),
            ("*", 428, "publish::digest-missing"),
            ("sha256:" + "0" * 64, 412, "publish::conflict"),
            ("rubbish", 412, "publish::conflict"),
        ],
    )
    def test_the_digest_guards(self, pipeline: Pipeline, match: str, status: int, code: str) -> None:
        leave_pending("3.12.4")
        reply = pipeline.post("/api/v1/publish", {"message": "blind"}, match)
        assert (reply.status_code, reply.json()["code"]) == (status, code)
        assert Revision.objects.count() == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({}, 400),
            ({"message": ""}, 400),
            ({"message": "  "}, 400),
            ({"message": 7}, 400),
            ({"message": "a\0"}, 400),
            ({"message": "\ud800"}, 400),
            ({"message": "x" * 2001}, 400),
            ({"message": "ok", "mesage": 1}, 400),
            ([], 400),
        ],
    )
    def test_bodies_that_cannot_be_read(self, pipeline: Pipeline, body: object, status: int) -> None:
        leave_pending("3.12.4")
        assert pipeline.post("/api/v1/publish", body).status_code == status
        assert Revision.objects.count() == 1

    def test_what_has_no_verified_archive_is_refused(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.4", is_verified=False)
        reply = pipeline.post("/api/v1/publish", {"message": "unchecked"})
        assert (reply.status_code, reply.json()["code"]) == (422, "publish::not-verified")
        assert Revision.objects.count() == 1

    def test_needs_the_scope(self) -> None:
        assert Pipeline("builds:write").post("/api/v1/publish", {"message": "no"}).status_code == 403

    def test_a_token_for_some_stacks_publishes_those_alone(self) -> None:
        limited = Pipeline("versions:publish", stacks=("scalingo-22",))
        leave_pending("3.12.4", "scalingo-20")
        reply = limited.post("/api/v1/publish", {"message": "not mine"})
        assert (reply.status_code, reply.json()["code"]) == (404, "stack::unknown")
        Release.objects.filter(version="3.12.4").delete()
        leave_pending("3.12.4", "scalingo-22")
        assert limited.post("/api/v1/publish", {"message": "mine"}).status_code == 201


class TestRetiring:
    def test_yank_and_then_withdraw(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.9")
        reply = pipeline.post(YANK, RETIRED)
        assert (reply.status_code, reply.json()["message"]) == (201, "Yank Python 3.12.3 on scalingo-22: breaks ssl")
        assert status_of(Version(3, 12, 3)) == "yanked"
        assert status_of(Version(3, 12, 3), "scalingo-20") == "available"
        assert pipeline.post(WITHDRAW, RETIRED | {"message": "Worse"}).json()["message"] == "Worse"
        assert status_of(Version(3, 12, 3)) == "withdrawn"

    def test_pending_follows_and_other_edits_stay_pending(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.9")
        pipeline.post(YANK, RETIRED)
        row = Release.objects.get(version="3.12.3", series__stack__name="scalingo-22")
        assert (row.status, row.reason) == ("yanked", "breaks ssl")
        stack = published_table().table.find_stack("scalingo-22")
        assert stack is not None
        assert stack.find_release(Version(3, 12, 9)) is None
        assert Release.objects.filter(version="3.12.9").exists()

    def test_twice_changes_nothing(self, pipeline: Pipeline) -> None:
        pipeline.post(YANK, RETIRED)
        assert pipeline.post(YANK, RETIRED).status_code == 200
        assert Revision.objects.count() == 2

    def test_what_is_withdrawn_is_not_handed_out_again(self, pipeline: Pipeline) -> None:
        pipeline.post(WITHDRAW, RETIRED)
        reply = pipeline.post(YANK, RETIRED)
        assert (reply.status_code, reply.json()["code"]) == (409, "release::already-withdrawn")

    @pytest.mark.parametrize(
        ("path", "body", "status", "code"),
        [
            ("/api/v1/releases/9.9.9/yank", RETIRED, 404, "release::unknown"),
            ("/api/v1/releases/3.12/yank", RETIRED, 404, "release::unknown"),
            (YANK, RETIRED | {"stacks": ["nowhere"]}, 404, "stack::unknown"),
            (YANK, RETIRED | {"stacks": []}, 400, "request::malformed"),
            (YANK, RETIRED | {"reason": " "}, 400, "request::malformed"),
            (YANK, {"stacks": ["scalingo-22"]}, 400, "request::malformed"),
            (YANK, RETIRED | {"stacks": "scalingo-22"}, 400, "request::malformed"),
        ],
    )
    def test_what_is_refused(self, pipeline: Pipeline, path: str, body: object, status: int, code: str) -> None:
        reply = pipeline.post(path, body)
        assert (reply.status_code, reply.json()["code"]) == (status, code)
        assert Revision.objects.count() == 1

    def test_of_a_table_that_moved(self, pipeline: Pipeline) -> None:
        assert pipeline.post(YANK, RETIRED, "sha256:" + "1" * 64).status_code == 412

    def test_of_a_stack_that_the_token_is_not_for(self) -> None:
        limited = Pipeline("versions:publish", stacks=("scalingo-20",))
        assert limited.post(YANK, RETIRED).json()["code"] == "stack::unknown"


class TestRollback:
    def test_publishes_the_older_content(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.4")
        publish_pending(message="second", actor=ANNA)
        reply = pipeline.post("/api/v1/rollback", {"revision": 1, "message": "3.12.4 breaks crm"})
        assert (reply.status_code, reply.json()["revision"]) == (201, 3)
        assert reply.json()["digest"] == published_table(1).digest

    @pytest.mark.parametrize(
        ("body", "status"),
        [({"revision": 9, "message": "x"}, 404), ({"revision": 0, "message": "x"}, 400), ({"revision": 1}, 400)],
    )
    def test_what_is_refused(self, pipeline: Pipeline, body: object, status: int) -> None:
        assert pipeline.post("/api/v1/rollback", body).status_code == status

    def test_names_the_apps_that_ask_for_what_it_takes_away(self, pipeline: Pipeline) -> None:
        leave_pending("3.12.4")
        publish_pending(message="second", actor=ANNA)
        build_fleet([Situation("scalingo-22", "amd64", asked, "runtime.txt", "3.12.4") for asked in ("3.12.4", "3.12")])
        reply = pipeline.post("/api/v1/rollback", {"revision": 1, "message": "3.12.4 breaks crm"})
        assert reply.json()["newly_failing"] == {
            "apps": 1,
            "first": [{"app": "app-0", "owner": "team-0", "contact": "", "stack": "scalingo-22", "request": "3.12.4"}],
        }
        assert pipeline.post("/api/v1/rollback", {"revision": 1, "message": "again"}).status_code == 200
