"""The end of a build over the API: finished or cancelled."""

import hashlib

import pytest

from builds.models import Build
from tests.reporting import ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


SHA256 = "a" * 64


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


@pytest.fixture
def builder() -> ApiBuilder:
    return ApiBuilder()


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
