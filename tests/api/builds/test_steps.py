"""Steps of a build and its postdeploy over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.reporting import ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


@pytest.fixture
def builder() -> ApiBuilder:
    return ApiBuilder()


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

    def test_what_never_ran_or_runs_still_has_no_exit_status(self, builder: ApiBuilder) -> None:
        builder.build()
        for _twice in range(2):
            for status, fields in (("running", {}), ("skipped", {"skip_reason": "not present"}), ("pending", {})):
                assert builder.step(f"a-{status}", status, exit_code=3, **fields).status_code == 200
        assert [step["exit_code"] for step in builder.read()["steps"]] == [None, None, None]

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
