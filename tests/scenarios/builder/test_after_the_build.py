"""What runs when Python and the dependencies are there: odd hooks, the boot check, and the postdeploy command."""

import re
import signal
import subprocess
from pathlib import Path

import pytest

from builds.builder.examples import EXAMPLES
from tests.databases import ROOT
from tests.scenarios.builder.building import BuildSite, make_app

pytestmark = pytest.mark.long


def test_the_example_listens_and_is_deployed(site: BuildSite, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("DATABASE_PATH=/tmp/a-secret-place.sqlite3\n")
    built = site.build(
        EXAMPLES / "postdeploy-app", "--boot-check", "--env-file", str(tmp_path / "env"), app="postdeploy-app"
    )
    assert (built.status, built.complaint) == (0, "")
    assert (built.build["status"], built.build["failure"]) == ("succeeded", None)
    assert built.steps["boot_check"]["status"] == built.steps["postdeploy"]["status"] == "succeeded"
    assert built.steps["postdeploy"]["command"] == "python migrate.py"
    assert site.log(built.build, "postdeploy") == b"The database has these tables: visits\n"
    boot = site.log(built.build, "boot_check").decode()
    assert re.fullmatch(
        r"Listening on port (\d+)\nIt listens on port \1 after [0-9.]+ seconds and answers HTTP/1.0 200 OK\n", boot
    )


def test_a_failing_postdeploy_stands_beside_a_successful_build(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", Procfile="postdeploy: echo token=$TOKEN; python -c 'raise SystemExit(7)'\n")
    (tmp_path / "env").write_text("TOKEN=a-long-secret\n")
    built = site.build(app, "--env-file", str(tmp_path / "env"), "--output", str(tmp_path / "out"), app="fails-after")
    assert built.status == 0
    assert (built.build["status"], built.build["failure"]["code"]) == ("succeeded", "hooks::postdeploy")
    assert built.build["failure"]["detail"] == "exit status 7"
    assert (built.steps["postdeploy"]["status"], built.steps["postdeploy"]["exit_code"]) == ("failed", 7)
    assert site.log(built.build, "postdeploy") == b"token=[secret]\n"
    assert "hook-error" in built.output
    assert (tmp_path / "out/.scalingo/python/bin/python").exists()


def test_without_a_postdeploy_line_the_step_says_so(site: BuildSite, tmp_path: Path) -> None:
    built = site.build(make_app(tmp_path / "app", Procfile="web: a\n"), app="no-postdeploy")
    step = built.steps["postdeploy"]
    assert (step["status"], step["skip_reason"]) == ("skipped", "the Procfile has no postdeploy line")


def test_a_failed_build_is_not_deployed(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile="exit 1\n", Procfile="postdeploy: echo never\n")
    built = site.build(app, app="never-deployed")
    assert "postdeploy" not in built.steps


def test_stopping_the_builder_ends_postdeploy_and_leaves_the_build_successful(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", Procfile="postdeploy: echo it runs; sleep 600\n")
    with subprocess.Popen(
        site.command(app, app="stopped-after"), cwd=ROOT, env=site.environment(), stdout=subprocess.PIPE, text=True
    ) as builder:
        assert builder.stdout is not None
        for line in builder.stdout:
            if "it runs" in line:
                builder.send_signal(signal.SIGTERM)
        assert builder.wait() == 0
    build = site.last_build("stopped-after")
    assert (build["status"], build["failure"]["code"]) == ("succeeded", "hooks::postdeploy")


BOOTS = {
    "exits": ("web: echo bye; exit 3\n", "boot-check::exited", "exit status 3"),
    "is killed": ("web: kill -9 $$\n", "boot-check::exited", "exit status 137"),
}


@pytest.mark.parametrize("what", BOOTS)
def test_a_web_command_that_does_not_stay_fails_the_build(what: str, site: BuildSite, tmp_path: Path) -> None:
    procfile, code, detail = BOOTS[what]
    app = make_app(tmp_path / "app", Procfile=procfile + "postdeploy: echo never\n")
    built = site.build(app, "--boot-check", app=f"boot-{what.replace(' ', '-')}")
    assert built.status == 1
    assert (built.build["failure"]["code"], built.build["failure"]["detail"]) == (code, detail)
    assert built.steps["boot_check"]["status"] == "failed"
    assert "postdeploy" not in built.steps


def test_an_app_without_a_web_command_is_not_booted(site: BuildSite, tmp_path: Path) -> None:
    built = site.build(make_app(tmp_path / "app"), "--boot-check", app="no-web")
    step = built.steps["boot_check"]
    assert (built.status, step["status"], step["skip_reason"]) == (0, "skipped", "no Procfile")


HOOKS = {
    "env with options": (b"#!/usr/bin/env -S python -u\nprint('by python')\n", "succeeded", b"by python\n"),
    "Windows lines": (b"#!/usr/bin/env python\r\nprint('by python')\r\n", "succeeded", b"by python\n"),
    "no first line": (b'echo "by $0"\n', "succeeded", b"by bin/post_compile\n"),
    "a blank after the mark": (b"#! /bin/sh -e\nfalse\necho never\n", "failed", b""),
    "an interpreter that is not there": (b"#!/nowhere/python9\n", "failed", b"/nowhere/python9"),
}


@pytest.mark.parametrize("what", HOOKS)
def test_a_hook_runs_by_any_interpreter_line_executable_or_not(what: str, site: BuildSite, tmp_path: Path) -> None:
    content, status, printed = HOOKS[what]
    app = make_app(tmp_path / "app")
    (app / "bin").mkdir()
    (app / "bin/post_compile").write_bytes(content)
    built = site.build(app, app=f"hook-{what.replace(' ', '-').lower()}")
    assert built.steps["post_compile"]["status"] == status
    log = site.log(built.build, "post_compile")
    assert printed in log if status == "failed" else log == printed


def test_a_folder_called_like_a_hook_is_said_to_be_none(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile__file="")
    built = site.build(app, app="hook-folder")
    step = built.steps["pre_compile"]
    assert (built.status, step["status"], step["skip_reason"]) == (0, "skipped", "not a file of the app")
