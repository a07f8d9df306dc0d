"""A buildpack's report read as a build."""

from dataclasses import replace
from typing import Any

import pytest

from builds.domain.buildpack_reports import ReportedBuild, ReportedRun, read_report
from builds.domain.buildpack_reports.document import detection_document
from builds.domain.buildpack_reports.fitting import Oddity
from builds.domain.statuses import BuildStatus
from builds.domain.storable import JsonValue
from tests.tables import small_stack
from versions.domain.table import ReleaseStatus, StackEntry
from versions.domain.version import Version

DONE: dict[str, JsonValue] = {"total_duration": 8.5}
STACK = small_stack("3.12.3")
WITHDRAWN = replace(
    STACK,
    series=tuple(
        replace(series, releases=tuple(replace(entry, status=ReleaseStatus.WITHDRAWN) for entry in series.releases))
        for series in STACK.series
    ),
)
INSTALLING = b"-----> Installing Python 3.12.3\n-----> Installing dependencies using 'pip'\n"


def read(
    report: JsonValue, *, output: bytes = b"", exit_code: int = 0, stack: StackEntry | None = None
) -> ReportedBuild:
    return read_report(ReportedRun(report, output, exit_code), stack=stack)


@pytest.mark.parametrize("report", [None, [], "text", {}, DONE])
def test_a_run_without_an_error_succeeded(report: JsonValue) -> None:
    build = read(report)
    assert (build.status, build.failure_code, build.failure_detail) == (BuildStatus.SUCCEEDED, "", "")


@pytest.mark.parametrize(
    ("report", "exit_code", "code", "detail"),
    [
        ({"failure_reason": "install-python::no", "failure_detail": "x"}, 1, "install-python::no", "x"),
        ({"failure_reason": "install-python::no"}, 1, "install-python::no", ""),
        ({"failure_reason": "It broke!"}, 1, "buildpack::failed", "It broke!"),
        ({"failure_reason": "It broke!", "failure_detail": "badly"}, 1, "buildpack::failed", "It broke!: badly"),
        ({"python_version": "3.12.3"}, 0, "buildpack::unfinished", ""),
        ({}, 1, "buildpack::failed", "exit status 1"),
        ({"failure_detail": "killed"}, 137, "buildpack::failed", "killed"),
        ({"pre_compile_hook": True}, 1, "hooks::pre_compile", "exit status 1"),
        ({"pre_compile_hook": True, "pre_compile_hook_duration": 1}, 1, "buildpack::failed", "exit status 1"),
        ({"pre_compile_hook": "true", "post_compile_hook": "yes"}, 2, "hooks::post_compile", "exit status 2"),
        (DONE, 3, "buildpack::failed", "exit status 3"),
    ],
)
def test_why_a_run_failed(report: JsonValue, exit_code: int, code: str, detail: str) -> None:
    build = read(report, exit_code=exit_code)
    assert (build.status, build.failure_code, build.failure_detail) == (BuildStatus.FAILED, code, detail)


@pytest.mark.parametrize(
    ("report", "output", "steps"),
    [
        ({"pre_compile_hook": False, "post_compile_hook": "no"}, b"", ["pre_compile skipped", "post_compile skipped"]),
        ({"pre_compile_hook": True}, b"", ["pre_compile failed 1"]),
        ({}, INSTALLING, ["install_python succeeded", "install_dependencies failed 1"]),
        (
            {"failure_reason": "install-python::no", "python_install_duration": "2.5"},
            INSTALLING,
            ["install_python failed 1 2.5s", "install_dependencies succeeded"],
        ),
        (
            {"failure_reason": "install-dependencies::pip"},
            INSTALLING + b"-----> Discovering processes\n-----> Installing dependencies again\n",
            ["install_python succeeded", "install_dependencies succeeded", "discovering-processes succeeded",
             "install_dependencies-2 failed 1"],
        ),
        ({"failure_reason": "install-python::no"}, b"", []),
        ({"failure_reason": "hooks::pre_compile"}, b"", ["pre_compile failed 1"]),
        ({"pre_compile_hook": True}, b"-----> Running bin/pre_compile hook\n", ["pre_compile failed 1"]),
    ],
)  # fmt: skip
def test_the_step_that_failed(report: JsonValue, output: bytes, steps: list[str]) -> None:
    found = [
        f"{step.name} {step.status.value}"
        + (f" {step.exit_code}" if step.exit_code else "")
        + (f" {step.duration_seconds}s" if step.duration_seconds else "")
        for step in read(report, output=output, exit_code=1).steps
    ]
    assert found == steps


def test_a_run_that_did_not_come_to_its_end_has_no_exit_status_to_show() -> None:
    (step,) = read({"python_version": "3.12.3"}, output=b"-----> Installing Python\n").steps
    assert (step.status.value, step.exit_code) == ("failed", None)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0.0), ("2.5", 2.5), (604_800, 604_800.0), (604_801, None), (-1, None), (True, None), (None, None),
        ([], None), ("soon", None), ("nan", None), (float("inf"), None), (10**400, None),
    ],
)  # fmt: skip
def test_durations(value: JsonValue, seconds: float | None) -> None:
    assert read({"total_duration": value}).total_seconds == seconds


@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), ("Yes", True), (1, True), (False, False), ("0", False), ("perhaps", None), (None, None), ({}, None)],
)
def test_flags(value: JsonValue, flag: bool | None) -> None:
    assert read(DONE | {"python_version_pinned": value}).is_pinned is flag


@pytest.mark.parametrize(
    ("value", "text"),
    [(" pip ", "pip"), (7, "7"), (True, "true"), ("", ""), (["pip"], ""), ("a\0b", "a\\x00b"), ("x" * 99, "x" * 63)],
)
def test_texts(value: JsonValue, text: str) -> None:
    assert read(DONE | {"package_manager": value}).package_manager == text


@pytest.mark.parametrize(
    ("report", "stack", "oddities"),
    [
        (DONE, STACK, ()),
        ({"python_version": "3.12.3"}, None, ()),
        ({"python_version": "3.12.3"}, STACK, ()),
        ({"python_version": "3.12.4"}, STACK, (Oddity("report::release-not-in-table", "3.12.4", "stack-22"),)),
        ({"python_version": "3.12.3"}, WITHDRAWN, (Oddity("report::release-withdrawn", "3.12.3", "stack-22"),)),
        ({"python_version": "newest"}, STACK, (Oddity("report::malformed-version", "newest", ""),)),
        (DONE | {"failure_reason": "a::b"}, None, (Oddity("report::contradiction", "a::b", ""),)),
    ],
)
def test_what_does_not_fit(report: JsonValue, stack: StackEntry | None, oddities: tuple[Oddity, ...]) -> None:
    assert read(report, stack=stack).oddities == oddities


def test_a_report_is_kept_as_far_as_it_can_be_stored() -> None:
    report: JsonValue = {"a\0": "b\ud800", "long": "x" * 3_000, "list": [1], "map": {}, "n": float("inf"), "f": 1.5}
    assert read(report).report == {"a\\x00": "b\\ud800", "long": "x" * 2_000, "n": "inf", "f": 1.5}
    assert read(["no", "report"]).report == {}
    assert len(read({str(number): number for number in range(600)}).report) == 500


def test_the_detection_that_builds_keep() -> None:
    report = DONE | {
        "package_manager": "uv", "python_version": "3.12.4", "python_version_requested": "3.12",
        "python_version_origin": ".python-version", "python_version_pinned": "false", "python_version_outdated": True,
    }  # fmt: skip
    document: Any = detection_document(read(report, stack=STACK))
    (warning,) = document.pop("warnings")
    assert document == {
        "revision": None,
        "ruleset": None,
        "detected": True,
        "package_manager": "uv",
        "request": {"version": "3.12", "origin": ".python-version"},
        "release": {"version": "3.12.4", "pinned": False, "outdated": True, "artifact": None},
    }
    assert warning == {
        "code": "report::release-not-in-table",
        "title": "The table does not have this Python",
        "message": "The buildpack installed Python 3.12.4, which stack-22 does not have. Publish the release for the"
        " stack, or find out where the buildpack gets it from.",
    }


def test_a_detection_of_which_nothing_is_known() -> None:
    build = read(None)
    assert build.python_version is None
    assert detection_document(build) == {
        "revision": None, "ruleset": None, "detected": True, "package_manager": None, "request": None, "release": None,
        "warnings": [],
    }  # fmt: skip
    assert read(DONE | {"python_version": "3.12.3"}).python_version == Version(3, 12, 3)
