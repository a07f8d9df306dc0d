"""Runs of existing buildpacks: what they left behind becomes a build, whatever it was."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from builds.models import Build
from tests.reporting import OTHER_STACK, STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db

OUTPUT = """\
-----> Python app detected
-----> Using Python 3.12.3 specified in .python-version
-----> Running bin/pre_compile hook
       settings written
-----> Installing Python 3.12.3
-----> Installing pip 24.0
-----> Installing dependencies using 'pip install -r requirements.txt'
       Collecting flask from https://shop:hunter22@index.example/simple
-----> $ python manage.py collectstatic --noinput
       120 static files copied.
"""
REPORT = {
    "python_version": "3.12.3", "python_version_major": "3.12", "python_version_requested": "3.12",
    "python_version_origin": ".python-version", "python_version_pinned": "false", "python_version_outdated": False,
    "package_manager": "pip", "pip_version": "24.0", "pre_compile_hook": True, "pre_compile_hook_duration": 0.25,
    "post_compile_hook": "false", "python_install_duration": "2.5", "dependencies_install_duration": 4,
    "total_duration": 8.5, "cache_status": "empty",
}  # fmt: skip


@pytest.fixture
def builder(db: None) -> ApiBuilder:
    publish_two_stacks()
    return ApiBuilder()


def run(**changes: Any) -> dict[str, Any]:
    ended = timezone.now() - timedelta(days=30)
    return {
        "app": "shop", "stack": STACK, "source": {"ref": "9e11ef5"}, "buildpack": {"name": "python", "version": "300"},
        "exit_code": 0, "started_at": (ended - timedelta(seconds=9)).isoformat(), "finished_at": ended.isoformat(),
        "report": REPORT, "output": OUTPUT, **changes,
    }  # fmt: skip


def made(builder: ApiBuilder, **changes: Any) -> Any:
    reply = builder.post("/reports", run(**changes))
    assert reply.status_code == 201, reply.content
    return reply.json()


def log(builder: ApiBuilder, build: Any) -> bytes:
    steps = [step["name"] for step in build["steps"] if step["log_size"]]
    return b"".join(builder.get(f"/builds/{build['id']}/steps/{name}/log").getvalue() for name in steps)


class TestSuccess:
    def test_becomes_a_build_with_its_story(self, builder: ApiBuilder) -> None:
        build = made(builder)
        assert (build["status"], build["failure"], build["number"], build["revision"]) == ("succeeded", None, 1, None)
        assert build["request"] == {"version": "3.12", "origin": ".python-version"}
        assert build["release"] == {"version": "3.12.3", "pinned": False, "outdated": False, "artifact": None}
        assert (build["package_manager"], build["warnings"], build["trigger"]) == ("pip", [], "report")
        assert build["builder"] == {"name": "python", "version": "300"}
        steps = [(step["name"], step["status"], step["duration_seconds"]) for step in build["steps"]]
        assert steps == [
            ("detect", "succeeded", None),
            ("resolve", "succeeded", None),
            ("pre_compile", "succeeded", 0.25),
            ("install_python", "succeeded", 2.5),
            ("install_dependencies", "succeeded", 4.0),
            ("python-manage-py-collectstatic-noinput", "succeeded", None),
            ("post_compile", "skipped", None),
        ]
        assert build["steps"][-1]["skip_reason"] == "not present"

    def test_the_log_is_the_output_with_credentials_masked(self, builder: ApiBuilder) -> None:
        assert log(builder, made(builder)) == OUTPUT.replace("shop:hunter22", "*" * 13).encode()

    def test_old_runs_stay_where_they_were(self, builder: ApiBuilder) -> None:
        build = made(builder)
        instants = [datetime.fromisoformat(build[name]) for name in ("created_at", "started_at", "finished_at")]
        assert instants[0] == instants[1] == instants[2] - timedelta(seconds=9)
        assert instants[2] < timezone.now() - timedelta(days=29)

    @pytest.mark.parametrize("hours", [1, 24 * 365 * 500])
    def test_a_clock_that_is_ahead_ends_now(self, builder: ApiBuilder, hours: int) -> None:
        there = timezone.now() + timedelta(hours=hours)
        build = made(builder, started_at=there.isoformat(), finished_at=(there + timedelta(seconds=7)).isoformat())
        finished = datetime.fromisoformat(build["finished_at"])
        assert finished - datetime.fromisoformat(build["started_at"]) == timedelta(seconds=7)
        assert finished <= timezone.now()

    def test_without_instants_the_total_duration_counts(self, builder: ApiBuilder) -> None:
        build = made(builder, started_at=None, finished_at=None)
        length = datetime.fromisoformat(build["finished_at"]) - datetime.fromisoformat(build["started_at"])
        assert length == timedelta(seconds=8.5)


class TestFailure:
    def test_names_the_step(self, builder: ApiBuilder) -> None:
        report = {**REPORT, "failure_reason": "install-dependencies::pip", "failure_detail": "no flask"}
        del report["total_duration"]
        build = made(builder, exit_code=1, report=report)
        assert build["status"] == "failed"
        assert (build["failure"]["code"], build["failure"]["detail"]) == ("install-dependencies::pip", "no flask")
        assert [step["name"] for step in build["steps"] if step["status"] == "failed"] == ["install_dependencies"]

    def test_a_hook_without_a_duration_failed(self, builder: ApiBuilder) -> None:
        build = made(builder, exit_code=3, report={"pre_compile_hook": True}, output="-----> Python app detected\n")
        assert build["failure"]["code"] == "hooks::pre_compile"
        assert [(step["name"], step["status"], step["exit_code"]) for step in build["steps"]] == [
            ("detect", "succeeded", None),
            ("pre_compile", "failed", 3),
        ]

    def test_no_reason_is_told_as_such(self, builder: ApiBuilder) -> None:
        build = made(builder, exit_code=2, report=None)
        assert (build["failure"]["code"], build["failure"]["detail"]) == ("buildpack::failed", "exit status 2")
        assert build["steps"][-1]["status"] == "failed"

    def test_success_needs_a_total_duration(self, builder: ApiBuilder) -> None:
        build = made(builder, report={"python_version": "3.12.3"})
        assert (build["status"], build["failure"]["code"]) == ("failed", "buildpack::unfinished")

    def test_a_reason_that_is_no_code_is_a_detail(self, builder: ApiBuilder) -> None:
        build = made(builder, exit_code=1, report={"failure_reason": "<b>Oh no\0", "failure_detail": 7})
        assert (build["failure"]["code"], build["failure"]["detail"]) == ("buildpack::failed", "<b>Oh no\\x00: 7")


class TestOddities:
    @pytest.mark.parametrize(
        ("version", "code"),
        [
            ("3.12.99", "report::release-not-in-table"),
            ("2.7.18", "report::release-not-in-table"),
            ("pypy3.10", "report::malformed-version"),
            (3.12, "report::malformed-version"),
            ("3.12.3", None),
        ],
    )
    def test_the_version_is_compared_with_the_table(
        self, builder: ApiBuilder, version: object, code: str | None
    ) -> None:
        build = made(builder, report={**REPORT, "python_version": version})
        assert [warning["code"] for warning in build["warnings"]] == ([code] if code else [])
        assert build["status"] == "succeeded"

    def test_a_failure_beside_success_is_flagged(self, builder: ApiBuilder) -> None:
        build = made(builder, report={**REPORT, "failure_reason": "hooks::pre_compile"})
        assert [warning["code"] for warning in build["warnings"]] == ["report::contradiction"]
        assert build["failure"] is None


class TestHostileReports:
    @pytest.mark.parametrize(
        "report",
        [
            None, [], "text", 7, {}, {"total_duration": 1}, {"python_version": {"a": 1}}, {"python_version": []},
            dict.fromkeys(REPORT), {key: [key] for key in REPORT}, dict.fromkeys(REPORT, -1),
            dict.fromkeys(REPORT, "\0\ud800" * 500), dict.fromkeys(REPORT, 10**400), {"x" * 9000: "y" * 9000},
            {str(number): number for number in range(2000)}, {"total_duration": "NaN"}, {"total_duration": "1e400"},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("exit_code", [0, 1, -9])
    def test_any_report_is_a_build_and_a_page(self, builder: ApiBuilder, report: object, exit_code: int) -> None:
        build = made(builder, report=report, exit_code=exit_code)
        assert build["status"] in {"succeeded", "failed"}
        assert builder.get(f"/builds/{build['id']}").status_code == 200

    @pytest.mark.parametrize(
        "output",
        [
            b"", b"no arrow at all", b"\xff\xfe\0\r\n", b"----->", b"-----> \n-----> \n", b"-----> x\n" * 500,
            b"before\n-----> A\n-----> B\n-----> A\nend", b"\x1b[1m-----> Installing Python 3.12.3\x1b[0m\n",
            b"-----> " + b"z" * 100_000 + b"\n", "-----> \N{SNOWMAN}\n".encode(),
        ],
    )  # fmt: skip
    def test_no_byte_of_the_output_is_lost(self, builder: ApiBuilder, output: bytes) -> None:
        build = made(builder, output={"base64": base64.b64encode(output).decode()})
        assert log(builder, build) == output
        assert len(build["steps"]) < 70

    def test_bytes_that_python_escaped_come_back(self, builder: ApiBuilder) -> None:
        build = made(builder, output="caf\udce9\n")
        assert log(builder, build) == b"caf\xe9\n"

    @pytest.mark.parametrize(
        "changes",
        [
            {"exit_code": None}, {"exit_code": 2**40}, {"app": "Shop"}, {"output": 7},
            {"output": {"base64": "%"}}, {"output": {"base64": "é"}}, {"started_at": "yesterday"}, {"surprise": 1},
        ],
    )  # fmt: skip
    def test_a_request_that_cannot_be_meant_is_refused(self, builder: ApiBuilder, changes: dict[str, object]) -> None:
        assert builder.post("/reports", run(**changes)).status_code == 400
        assert not Build.objects.exists()


class TestIdempotency:
    def test_the_same_report_is_one_build(self, builder: ApiBuilder) -> None:
        body = run()
        first, again = builder.post("/reports", body), builder.post("/reports", dict(reversed(body.items())))
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json()
        assert Build.objects.count() == 1

    def test_a_key_stands_for_one_report(self, builder: ApiBuilder) -> None:
        key = {"Idempotency-Key": "k1"}
        assert builder.post("/reports", run(), **key).status_code == 201
        assert builder.post("/reports", run(exit_code=1), **key).json()["code"] == "idempotency::reused"

    def test_another_token_reports_for_itself(self, builder: ApiBuilder) -> None:
        body = run()
        assert builder.post("/reports", body).status_code == 201
        assert ApiBuilder(name="other").post("/reports", body).status_code == 201


class TestAccess:
    def test_stack(self, builder: ApiBuilder) -> None:
        assert builder.post("/reports", run(stack="nowhere")).json()["code"] == "stack::unknown"
        limited = ApiBuilder(name="limited", stacks=[OTHER_STACK])
        assert limited.post("/reports", run()).status_code == 404

    def test_scope(self, builder: ApiBuilder) -> None:
        reader = ApiBuilder(name="reader", scopes=["history:read"])
        assert reader.post("/reports", run()).status_code == 403

    def test_not_json(self, builder: ApiBuilder) -> None:
        reply = builder.client.post("/api/v1/reports", b"{", content_type="application/json")
        assert (reply.status_code, json.loads(reply.content)["code"]) == (400, "request::malformed")
