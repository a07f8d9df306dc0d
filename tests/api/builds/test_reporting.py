"""Reporting builds over HTTP: the answers of contract section 4, and what is refused."""

import base64
import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from builds.models import App, Build
from portal.models import Token
from tests.reporting import OTHER_STACK, STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db
SHA256 = "a" * 64


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


class TestLog:
    """Duplicate, gap, overlap, fork: 200, 416, 416, 409. Bytes come back exactly."""

    HOSTILE = b"a\0b\xff\xfe\r\n" + bytes(range(256)) * 3 + "\u202eok".encode()

    def test_append_replay_gap_overlap_fork(self, builder: ApiBuilder) -> None:
        builder.build()
        first = builder.append("pre_compile", 0, b"hello ")
        assert (first.status_code, first["Upload-Offset"]) == (202, "6")
        answers = [
            (offset, data, builder.append("pre_compile", offset, data))
            for offset, data in (
                (0, b"hello "),
                (2, b"llo"),
                (9, b"gap"),
                (3, b"lo world"),
                (0, b"HELLO "),
                (0, b"HELLO world"),
            )
        ]
        assert [(reply.status_code, reply["Upload-Offset"]) for _offset, _data, reply in answers] == [
            (200, "6"), (200, "6"), (416, "6"), (416, "6"), (409, "6"), (409, "6"),
        ]  # fmt: skip
        assert builder.append("pre_compile", 6, b"world").status_code == 202
        assert builder.get(f"/builds/{builder.id}/steps/pre_compile/log").getvalue() == b"hello world"

    def test_any_bytes_come_back_from_any_offset(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.append("detect", 0, self.HOSTILE)
        builder.append("detect", len(self.HOSTILE), self.HOSTILE)
        whole = self.HOSTILE * 2
        for offset in (0, 1, len(self.HOSTILE) - 1, len(self.HOSTILE), len(whole)):
            reply = builder.get(f"/builds/{builder.id}/steps/detect/log?offset={offset}")
            assert reply.getvalue() == whole[offset:]
            assert reply["Upload-Offset"] == str(len(whole))
        assert builder.get(f"/builds/{builder.id}/steps/detect/log?offset={len(whole) + 1}").status_code == 416

    def test_one_large_request_becomes_small_rows(self, builder: ApiBuilder) -> None:
        builder.build()
        data = b"x" * 700_000
        assert builder.append("detect", 0, data)["Upload-Offset"] == "700000"
        build = Build.objects.get()
        assert build.steps.get().chunks.count() == 3
        assert builder.get(f"/builds/{builder.id}/steps/detect/log?offset=500000").getvalue() == data[500_000:]

    def test_too_much_at_once(self, builder: ApiBuilder) -> None:
        builder.build()
        reply = builder.append("detect", 0, b"x" * (12 * 1024 * 1024 + 1))
        assert (reply.status_code, reply.json()["code"]) == (413, "request::too-large")

    @pytest.mark.parametrize("offset", ["", "-1", "x", "1e3"])
    def test_malformed_offset(self, builder: ApiBuilder, offset: str) -> None:
        builder.build()
        reply = builder.append("detect", 0, b"x", **{"Upload-Offset": offset})
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")

    def test_a_digest_is_checked(self, builder: ApiBuilder) -> None:
        builder.build()
        right = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
        assert builder.append("detect", 0, b"abc", **{"Content-Digest": f"sha-256=:{right}:"}).status_code == 202
        reply = builder.append("detect", 3, b"abd", **{"Content-Digest": f"sha-256=:{right}:"})
        assert (reply.status_code, reply.json()["code"]) == (400, "log::digest-mismatch")
        reply = builder.append("detect", 3, b"abd", **{"Content-Digest": "sha-256=abc"})
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")
        assert builder.append("detect", 3, b"d", **{"Content-Digest": "md4=:AAAA:"}).status_code == 202

    def test_a_replay_after_the_end_is_acknowledged_and_more_is_not(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.append("detect", 0, b"abc")
        builder.finish("failed")
        assert builder.append("detect", 0, b"abc").status_code == 200
        assert builder.append("detect", 0, b"abd").status_code == 409
        assert builder.append("detect", 3, b"d").json()["code"] == "build::over"

    def test_no_bytes_only_ask_for_the_offset(self, builder: ApiBuilder) -> None:
        builder.build()
        replies = [builder.append("detect", offset, b"") for offset in (0, 7)]
        assert [(reply.status_code, reply["Upload-Offset"]) for reply in replies] == [(200, "0"), (416, "0")]
        assert builder.append("detect", 5, b"x")["Upload-Offset"] == "0"
        assert builder.read()["steps"] == []

    def test_a_name_that_no_step_can_have(self, builder: ApiBuilder) -> None:
        builder.build()
        assert builder.append("Pre%20Compile", 0, b"x").status_code == 400
        assert builder.get(f"/builds/{builder.id}/steps/nothing/log").json()["code"] == "step::unknown"


class TestSteps:
    def test_reads_back(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.step("pre_compile", "running", command=["bash", "bin/pre compile"])
        builder.append("pre_compile", 0, b"12345")
        builder.step("pre_compile", "failed", exit_code=3)
        builder.step("post_compile", "skipped", skip_reason="not present")
        first, second = builder.read()["steps"]
        assert first["command"] == "bash 'bin/pre compile'"
        assert (first["status"], first["exit_code"], first["log_size"]) == ("failed", 3, 5)
        assert first["duration_seconds"] >= 0
        assert (second["status"], second["skip_reason"], second["duration_seconds"]) == ("skipped", "not present", None)

    def test_repeating_a_report_changes_nothing(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.step("detect", "succeeded", exit_code=0)
        before = builder.read()["steps"]
        assert builder.step("detect", "succeeded", exit_code=0).status_code == 200
        assert builder.read()["steps"] == before

    @pytest.mark.parametrize(("status", "exit_code"), [("running", None), ("failed", 1), ("succeeded", 4)])
    def test_an_outcome_is_final(self, builder: ApiBuilder, status: str, exit_code: int | None) -> None:
        builder.build()
        builder.step("detect", "succeeded", exit_code=0)
        reply = builder.step("detect", status, exit_code=exit_code)
        assert (reply.status_code, reply.json()["code"]) == (409, "step::impossible-move")

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "skipped"},
            {"status": "skipped", "skip_reason": " "},
            {"status": "running", "skip_reason": "why"},
            {"status": "done"},
            {"status": "running", "exit_code": 2**31},
            {"status": "running", "started_at": "yesterday"},
            {"status": "running", "command": {"a": 1}},
            {"status": "failed", "started_at": "2026-01-01T00:00:02Z", "finished_at": "2026-01-01T00:00:01Z"},
        ],
    )
    def test_lies_are_refused(self, builder: ApiBuilder, fields: dict[str, object]) -> None:
        builder.build()
        reply = builder.put(f"/builds/{builder.id}/steps/detect", fields)
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")

    @pytest.mark.parametrize("hours", [-1, 1, 24 * 400])
    def test_a_clock_that_is_off_has_no_effect(self, builder: ApiBuilder, hours: int) -> None:
        builder.build()
        there = timezone.now() + timedelta(hours=hours)
        builder.step("detect", "running", started_at=there.isoformat())
        builder.step(
            "detect",
            "succeeded",
            started_at=there.isoformat(),
            finished_at=(there + timedelta(milliseconds=1500)).isoformat(),
        )
        builder.finish("succeeded")
        read = builder.read()
        (step,) = read["steps"]
        assert step["duration_seconds"] == 1.5
        assert read["started_at"] <= step["started_at"] <= step["finished_at"] <= read["finished_at"]


class TestDetection:
    def test_the_answer_of_detect_comes_back_whole(self, builder: ApiBuilder) -> None:
        files = {"requirements.txt": {"text": "flask"}, "runtime.txt": {"text": "python-3.12"}}
        answer = builder.post("/detect?explain=1", {"stack": STACK, "files": files}).json()
        builder.build()
        assert builder.put(f"/builds/{builder.id}/detection", answer).status_code == 200
        read = builder.read()
        for name in ("revision", "ruleset", "package_manager", "request", "release", "warnings"):
            assert read[name] == answer[name]
        assert (read["revision"], read["release"]["version"]) == (1, "3.12.3")

    def test_a_failed_build_takes_its_reason_from_detection(self, builder: ApiBuilder) -> None:
        files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.12.9"}}
        answer = builder.post("/detect", {"stack": STACK, "files": files}).json()
        assert answer["failure"]["code"] == "python-version::unknown-patch"
        builder.build()
        builder.put(f"/builds/{builder.id}/detection", answer)
        builder.finish("failed")
        assert builder.read()["failure"] == answer["failure"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"detected": "maybe"},
            {"detected": True, "release": {"version": "3.12"}},
            {"detected": True, "release": {"version": "3.99999999999999999999.1"}},
            {"detected": True, "warnings": {"a": 1}},
            {"detected": True, "revision": -1},
            {"detected": True, "ruleset": "mine"},
        ],
    )
    def test_lies_are_refused(self, builder: ApiBuilder, fields: dict[str, object]) -> None:
        builder.build()
        reply = builder.put(f"/builds/{builder.id}/detection", fields)
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")

    def test_a_revision_that_never_was(self, builder: ApiBuilder) -> None:
        builder.build()
        reply = builder.put(f"/builds/{builder.id}/detection", {"detected": True, "revision": 77})
        assert (reply.status_code, reply.json()["code"]) == (404, "revision::unknown")


class TestFinish:
    def test_announced_bytes_are_waited_for(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.append("detect", 0, b"abc")
        logs = {"detect": {"size": 5, "sha256": hashlib.sha256(b"abcde").hexdigest()}}
        reply = builder.finish("succeeded", logs=logs)
        assert (reply.status_code, reply.json()["missing"], reply.json()["status"]) == (202, {"detect": 2}, "running")
        builder.append("detect", 3, b"de")
        reply = builder.finish("succeeded", logs=logs)
        assert (reply.status_code, reply.json()["status"]) == (200, "succeeded")

    @pytest.mark.parametrize("announced", [{"size": 2}, {"size": 3, "sha256": SHA256}])
    def test_other_bytes_than_announced(self, builder: ApiBuilder, announced: dict[str, object]) -> None:
        builder.build()
        builder.append("detect", 0, b"abc")
        reply = builder.finish("succeeded", logs={"detect": announced})
        assert (reply.status_code, reply.json()["code"]) == (409, "log::announced-otherwise")
        assert builder.read()["status"] == "running"

    def test_open_steps_are_closed(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.step("detect", "succeeded")
        builder.step("pre_compile", "running")
        builder.step("post_compile", "pending")
        builder.step("postdeploy", "pending")
        builder.finish("failed", failure={"code": "hooks::pre_compile", "detail": "exit status 3"})
        read = builder.read()
        assert [step["status"] for step in read["steps"]] == ["succeeded", "failed", "skipped", "skipped"]
        assert all(step["finished_at"] for step in read["steps"])
        assert (read["failure"]["code"], read["failure"]["blame"]) == ("hooks::pre_compile", "app")

    def test_the_same_again_is_the_same(self, builder: ApiBuilder) -> None:
        builder.build()
        first = builder.finish("failed", report={"a": [1, 2.5, None]})
        again = builder.finish("failed", report={"a": [1, 2.5, None]})
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        assert builder.finish("succeeded").json()["code"] == "build::over"

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "lost"},
            {"status": "running"},
            {"status": "succeeded", "failure": {"code": "hooks::pre_compile"}},
            {"status": "failed", "failure": {"detail": "no code"}},
            {"status": "failed", "failure": {"code": "<script>"}},
            {"status": "failed", "logs": {"detect": {"size": -1}}},
            {"status": "failed", "logs": {"NOT A STEP": {"size": 1}}},
        ],
    )
    def test_lies_are_refused(self, builder: ApiBuilder, fields: dict[str, object]) -> None:
        builder.build()
        reply = builder.post(f"/builds/{builder.id}/finish", fields)
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")

    def test_a_report_may_hold_anything_but_depth(self, builder: ApiBuilder) -> None:
        builder.build()
        deep: object = 1
        for _level in range(200):
            deep = [deep]
        assert builder.finish("failed", report=deep).status_code == 400
        raw = b'{"status": "failed", "report": {"n": 1e999, "t\\u0000": "\\ud800", "i": %s}}' % (b"9" * 100)
        reply = builder.client.post(
            f"/api/v1/builds/{builder.id}/finish",
            raw,
            content_type="application/json",
            headers={"Build-Fence": str(builder.fence)},
        )
        assert reply.status_code == 200
        assert Build.objects.get().report == {"n": "inf", "t\\x00": "\\ud800", "i": int("9" * 100)}


class TestPostdeploy:
    def test_its_failure_stands_beside_the_success(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.finish("succeeded")
        assert builder.step("detect", "running").json()["code"] == "build::over"
        assert builder.step("postdeploy", "running").status_code == 200
        assert builder.post(f"/builds/{builder.id}/heartbeat").status_code == 200
        assert builder.append("postdeploy", 0, b"migrating").status_code == 202
        assert builder.step("postdeploy", "failed", exit_code=9).status_code == 200
        read = builder.read()
        assert (read["status"], read["failure"]["code"]) == ("succeeded", "hooks::postdeploy")
        assert builder.post(f"/builds/{builder.id}/heartbeat").json()["code"] == "build::over"

    def test_an_open_one_stays_open_when_the_build_succeeds(self, builder: ApiBuilder) -> None:
        builder.build()
        builder.step("postdeploy", "running")
        builder.finish("succeeded")
        assert builder.read()["steps"][0]["status"] == "running"
        builder.step("postdeploy", "succeeded", exit_code=0)
        assert builder.read()["failure"] is None


class TestCancel:
    def test_the_builder_hears_of_it(self, builder: ApiBuilder) -> None:
        builder.build()
        assert builder.post(f"/builds/{builder.id}/heartbeat").json() == {
            "lease_seconds": 60,
            "cancel_requested": False,
        }
        reply = builder.post(f"/builds/{builder.id}/cancel", **{"Build-Fence": ""})
        assert (reply.status_code, reply.json()["status"]) == (202, "running")
        assert builder.post(f"/builds/{builder.id}/heartbeat").json()["cancel_requested"] is True
        assert builder.finish("cancelled").json()["status"] == "cancelled"
        assert builder.post(f"/builds/{builder.id}/cancel").json()["code"] == "build::over"


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
