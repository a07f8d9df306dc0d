"""A portal that is away when a build begins: the build runs from the last good table and is delivered afterwards."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.faults.builder.cutting_proxy import cutting_proxy
from tests.ports import free_port
from tests.scenarios.builder.building import BuildSite, make_app

pytestmark = pytest.mark.long

ENOUGH = 10**12  # bytes; nothing is cut here
WAIT_SECONDS = 120


def away(site: BuildSite, app: Path, name: str, url: str) -> "subprocess.Popen[str]":
    """A build that begins without its portal, once it has come to its end."""
    process = subprocess.Popen(
        site.command(app, app=name), cwd=ROOT, env=site.environment(PORTAL_URL=url), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith(("-----> Built", " !     ")):
        lines.append(process.stdout.readline())
        assert lines[-1], process.communicate()[1]
    assert "is away" in lines[0]
    return process


def test_a_build_is_delivered_when_the_portal_is_back(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(
        tmp_path / "app", bin__post_compile="echo made offline; python --version\n", Procfile="postdeploy: echo after\n"
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with cutting_proxy(site.portal.url, seed=1, shortest=ENOUGH, longest=ENOUGH, port=port):
        assert site.build(app, app="present", PORTAL_URL=url).status == 0

    process = away(site, app, "absent", url)
    assert site.last_build("absent") == {}
    with cutting_proxy(site.portal.url, seed=1, shortest=ENOUGH, longest=ENOUGH, port=port):
        output, complaint = process.communicate(timeout=WAIT_SECONDS)

    assert (process.returncode, complaint) == (0, "")
    assert "Delivered as build 1 of absent" in output
    build, usual = site.last_build("absent"), site.last_build("present")
    assert (build["status"], build["failure"]) == ("succeeded", None)
    for field in ("release", "request", "revision", "ruleset", "package_manager", "source"):
        assert build[field] == usual[field], field
    assert [(step["name"], step["status"]) for step in build["steps"]] == [
        (step["name"], step["status"]) for step in usual["steps"]
    ]
    assert site.log(build, "post_compile") == f"made offline\nPython {site.version}\n".encode()
    assert site.log(build, "postdeploy") == b"after\n"
    assert b"answered from the table that the builder kept" in site.log(build, "resolve")


def test_whoever_does_not_wait_for_the_portal_reads_one_sentence(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with cutting_proxy(site.portal.url, seed=1, shortest=ENOUGH, longest=ENOUGH, port=port):
        assert site.build(app, app="present-too", PORTAL_URL=url).status == 0
    process = away(site, app, "never-told", url)
    process.send_signal(signal.SIGTERM)
    _, complaint = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 1
    assert complaint.startswith(" !     The portal stayed away, so the build's end is not reported there")
    assert complaint.count("\n") == 1
    assert site.last_build("never-told") == {}


def test_a_portal_that_goes_away_in_the_middle_does_not_hold_up_the_build(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(
        tmp_path / "app",
        bin__pre_compile="echo begun; sleep 5; echo hooked\n",
        bin__post_compile="echo done offline\n",
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with cutting_proxy(site.portal.url, seed=1, shortest=ENOUGH, longest=ENOUGH, port=port):
        assert site.build(app, app="present-again", PORTAL_URL=url).status == 0
        process = subprocess.Popen(
            site.command(app, app="left-alone"), cwd=ROOT, env=site.environment(PORTAL_URL=url), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        read_until(process, "begun")
    # Now the portal is away. The build goes on to its end all the same.
    read_until(process, "hooked")
    read_until(process, "done offline")
    assert site.last_build("left-alone")["status"] == "running"
    with cutting_proxy(site.portal.url, seed=1, shortest=ENOUGH, longest=ENOUGH, port=port):
        output, complaint = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, complaint) == (0, ""), output
    build, usual = site.last_build("left-alone"), site.last_build("present-again")
    assert build["status"] == "succeeded"
    assert [(step["name"], step["status"]) for step in build["steps"]] == [
        (step["name"], step["status"]) for step in usual["steps"]
    ]
    assert site.log(build, "pre_compile") == b"begun\nhooked\n"
    assert site.log(build, "post_compile") == b"done offline\n"


def read_until(process: "subprocess.Popen[str]", text: str) -> None:
    assert process.stdout is not None
    while text not in (line := process.stdout.readline()):
        assert line, process.communicate()[1]
