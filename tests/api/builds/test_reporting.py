"""Builds over the API: created, queued, claimed, fenced, and who may do it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from builds.models import App, Build
from portal.models import Token
from tests.reporting import OTHER_STACK, STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


@pytest.fixture
def builder() -> ApiBuilder:
    return ApiBuilder()


class TestCreate:
    def test_answers_with_all_a_builder_needs(self, builder: ApiBuilder) -> None:
        body = builder.build()
        assert set(body) == {"id", "number", "status", "fence", "lease_seconds", "url", "previous_release"}
        assert (body["number"], body["status"], body["lease_seconds"]) == (1, "running", 60)
        assert body["url"].endswith(f"/builds/{body['id']}/")

    def test_the_release_of_the_last_success_is_told(self, builder: ApiBuilder) -> None:
        assert builder.build()["previous_release"] is None
        for release, status in (("3.11.4", "succeeded"), ("3.11.9", "failed")):
            detection = {"revision": 1, "detected": True, "release": {"version": release}}
            assert builder.put(f"/builds/{builder.id}/detection", detection).status_code == 200
            builder.finish(status)
            assert builder.build()["previous_release"] == "3.11.4"
        assert builder.build(app="blog")["previous_release"] is None

    def test_a_token_for_other_stacks_is_not_told_of_this_ones_releases(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.put(f"/builds/{builder.id}/detection", {"detected": True, "release": {"version": "3.11.4"}})
        builder.finish("succeeded")
        elsewhere = ApiBuilder(name="elsewhere", stacks=[OTHER_STACK])
        reply = elsewhere.post("/builds", {"app": "shop", "stack": OTHER_STACK})
        assert reply.json()["previous_release"] is None

    def test_numbers_count_within_the_app(self, builder: ApiBuilder) -> None:
        numbers = [builder.build(app=app)["number"] for app in ("shop", "shop", "blog", "shop")]
        assert numbers == [1, 2, 1, 3]

    def test_the_same_key_gives_the_same_build(self, builder: ApiBuilder) -> None:
        first = builder.post("/builds", {"app": "shop", "stack": STACK}, **{"Idempotency-Key": "k"})
        again = builder.post("/builds", {"app": "shop", "stack": STACK}, **{"Idempotency-Key": "k"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert Build.objects.count() == 1

    def test_the_same_key_for_another_body_is_refused(self, builder: ApiBuilder) -> None:
        builder.post("/builds", {"app": "shop", "stack": STACK}, **{"Idempotency-Key": "k"})
        reply = builder.post("/builds", {"app": "blog", "stack": STACK}, **{"Idempotency-Key": "k"})
        assert (reply.status_code, reply.json()["code"]) == (409, "idempotency::reused")

    def test_a_key_belongs_to_its_token(self, builder: ApiBuilder) -> None:
        other = ApiBuilder(name="other")
        bodies = [
            caller.post("/builds", {"app": "shop", "stack": STACK}, **{"Idempotency-Key": "k"}).json()
            for caller in (builder, other)
        ]
        assert bodies[0]["id"] != bodies[1]["id"]

    @pytest.mark.parametrize(
        ("fields", "place"),
        [
            ({"app": "No!"}, "app"),
            ({"app": "a" * 64}, "app"),
            ({"app": "shop\n"}, "app"),
            ({"app": None}, "app"),
            ({"stack": 7}, "stack"),
            ({"arch": "x/y"}, "arch"),
            ({"source": "here"}, "source"),
            ({"source": {"sha256": "abc"}}, "source.sha256"),
            ({"queue": "perhaps"}, "queue"),
        ],
    )
    def test_malformed_fields_are_named(self, builder: ApiBuilder, fields: dict[str, object], place: str) -> None:
        reply = builder.post("/builds", {"app": "shop", "stack": STACK, **fields})
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")
        assert [error["place"] for error in reply.json()["errors"]] == [place]
        assert not App.objects.exists()

    @pytest.mark.parametrize("fields", [{"stak": "x"}, {"source": {"branch": "x"}}])
    def test_unknown_fields_are_refused(self, builder: ApiBuilder, fields: dict[str, object]) -> None:
        reply = builder.post("/builds", {"app": "shop", "stack": STACK, **fields})
        assert (reply.status_code, reply.json()["code"]) == (400, "request::unknown-field")

    def test_what_json_carries_and_the_database_cannot_is_escaped(self, builder: ApiBuilder) -> None:
        builder.build(source={"ref": "a\0b", "url": "\udc80x\ud800"}, trigger="\0")
        read = builder.read()
        assert read["source"] == {"ref": "a\\x00b", "url": "\\x80x\\ud800"}
        assert read["trigger"] == "\\x00"

    def test_credentials_in_the_address_of_the_source_are_not_kept(self, builder: ApiBuilder) -> None:
        builder.build(source={"url": "https://me:secret@example.org/app.git"})
        assert builder.read()["source"]["url"] == "https://***@example.org/app.git"

    @pytest.mark.parametrize("stack", ["nowhere", "", "\0", "x" * 150])
    def test_unknown_stacks(self, builder: ApiBuilder, stack: str) -> None:
        reply = builder.post("/builds", {"app": "shop", "stack": stack or "?"})
        assert (reply.status_code, reply.json()["code"]) == (404, "stack::unknown")


class TestQueue:
    def test_a_queued_build_has_no_fence_until_it_is_claimed(self, builder: ApiBuilder) -> None:
        body = builder.build(queue=True)
        assert (body["status"], body["fence"], body["lease_seconds"]) == ("queued", None, None)
        claimed = builder.post(f"/builds/{body['id']}/claim", {"builder": {"name": "b", "version": "1"}})
        assert claimed.status_code == 200
        assert claimed.json()["status"] == "running"
        builder.fence = claimed.json()["fence"]
        assert builder.post(f"/builds/{body['id']}/heartbeat").status_code == 200
        assert builder.read()["builder"] == {"name": "b", "version": "1"}

    def test_the_second_claim_is_refused(self, builder: ApiBuilder) -> None:
        body = builder.build(queue=True)
        builder.post(f"/builds/{body['id']}/claim")
        reply = builder.post(f"/builds/{body['id']}/claim")
        assert (reply.status_code, reply.json()["code"]) == (409, "build::claimed")

    def test_asking_again_with_the_key_does_not_hand_out_the_fence(self, builder: ApiBuilder) -> None:
        fields = {"app": "shop", "stack": STACK, "queue": True}
        made = builder.post("/builds", fields, **{"Idempotency-Key": "k"}).json()
        builder.post(f"/builds/{made['id']}/claim")
        assert builder.post("/builds", fields, **{"Idempotency-Key": "k"}).json()["fence"] is None

    def test_cancelling_ends_a_queued_build_at_once(self, builder: ApiBuilder) -> None:
        body = builder.build(queue=True)
        reply = builder.post(f"/builds/{body['id']}/cancel")
        assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
        assert builder.post(f"/builds/{body['id']}/claim").json()["code"] == "build::over"


class TestFence:
    WRITES = (
        ("POST", "heartbeat", None),
        ("PUT", "detection", {"detected": False}),
        ("PUT", "steps/detect", {"status": "running"}),
        ("PATCH", "steps/detect/log", None),
        ("POST", "finish", {"status": "succeeded"}),
    )

    def write(self, builder: ApiBuilder, method: str, path: str, body: object) -> tuple[int, str]:
        if method == "PATCH":
            reply = builder.append("detect", 0, b"x")
        else:
            call = builder.post if method == "POST" else builder.put
            reply = call(f"/builds/{builder.id}/{path}", body)
        return reply.status_code, reply.json().get("code", "") if reply.content else ""

    @pytest.mark.parametrize(("method", "path", "body"), WRITES)
    def test_missing_stale_and_over(self, builder: ApiBuilder, method: str, path: str, body: object) -> None:
        builder.build()
        fence, builder.fence = builder.fence, 0
        assert self.write(builder, method, path, body) == (400, "build::fence-missing")
        builder.fence = fence + 1
        assert self.write(builder, method, path, body) == (409, "build::fence-stale")
        builder.fence = fence
        assert builder.finish("failed").status_code == 200
        assert self.write(builder, method, path, body) == (409, "build::over")

    @pytest.mark.parametrize("fence", ["x", "-1", "1.5", "9" * 30, "٣"])
    def test_what_is_no_number_is_missing(self, builder: ApiBuilder, fence: str) -> None:
        builder.build()
        reply = builder.post(f"/builds/{builder.id}/heartbeat", **{"Build-Fence": fence})
        assert (reply.status_code, reply.json()["code"]) == (400, "build::fence-missing")

    def test_unknown_build(self, builder: ApiBuilder) -> None:
        builder.fence = 1
        for build_id in (0, 999, 10**17):
            reply = builder.post(f"/builds/{build_id}/heartbeat")
            assert (reply.status_code, reply.json()["code"]) == (404, "build::unknown")


class TestAccess:
    def test_without_a_token(self, client: Client) -> None:
        for method, path in (("get", "/builds"), ("post", "/builds"), ("get", "/builds/1"), ("get", "/apps")):
            reply = getattr(client, method)(f"/api/v1{path}")
            assert (reply.status_code, reply.json()["code"]) == (401, "auth::missing")
            assert reply["WWW-Authenticate"].startswith("Bearer")

    def test_expired(self, builder: ApiBuilder) -> None:
        Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        reply = builder.get("/builds")
        assert (reply.status_code, reply.json()["code"]) == (401, "auth::expired-token")

    @pytest.mark.parametrize(
        ("scope", "allowed"), [("history:read", ["/builds", "/builds/{id}", "/apps"]), ("logs:read", ["{log}"])]
    )
    def test_each_read_has_its_scope(self, builder: ApiBuilder, scope: str, allowed: list[str]) -> None:
        builder.build()
        builder.append("detect", 0, b"x")
        narrow = ApiBuilder(name="narrow", scopes=[scope])
        log = f"/builds/{builder.id}/steps/detect/log"
        for path in ("/builds", "/builds/{id}", "/apps", "{log}"):
            reply = narrow.get(path.format(id=builder.id, log=log))
            assert reply.status_code == (200 if path in allowed else 403)
        assert narrow.post("/builds", {"app": "a", "stack": STACK}).json()["code"] == "auth::missing-scope"

    def test_other_stacks_do_not_exist(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.append("detect", 0, b"x")
        foreign = ApiBuilder(name="foreign", stacks=[OTHER_STACK])
        foreign.id, foreign.fence = builder.id, builder.fence
        replies = [
            foreign.post("/builds", {"app": "shop", "stack": STACK}),
            foreign.get(f"/builds/{builder.id}"),
            foreign.get(f"/builds/{builder.id}/steps/detect/log"),
            foreign.post(f"/builds/{builder.id}/heartbeat"),
            foreign.post(f"/builds/{builder.id}/cancel"),
            foreign.append("detect", 1, b"y"),
            foreign.finish("failed"),
        ]
        assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(404, "stack::unknown")}
        assert foreign.get("/builds").json()["results"] == []
        assert foreign.get("/apps").json()["results"] == []
        assert foreign.get("/apps/shop").json()["code"] == "app::unknown"
