"""Faults 21, 22 and 24 with real builders: one that is killed, one that falls asleep, one whose clock is wrong."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from tests.databases import ROOT
from tests.faults.builder.test_faults import begun, endless_app, is_running
from tests.procfile import started
from tests.scenarios.builder.building import BuildSite, make_app
from versions.archives.sandbox import sandbox_state

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
WAIT_SECONDS = 300
LEASE_AND_REAPER = "90 seconds"  # the lease, and 30 seconds for the reaper to come


@pytest.fixture
def reaper(site: BuildSite, tmp_path: Path) -> Iterator[None]:
    """Worker and clock of the site's portal, as the Procfile starts them."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the Procfile says `python`
    environment = {**site.portal.environment, "CELERY_BROKER_URL": "filesystem://", "PATH": path}
    with (
        started("worker", ROOT, environment, tmp_path / "worker.log"),
        started("beat", ROOT, environment, tmp_path / "beat.log"),
    ):
        yield


def eventually(has_happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not has_happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.2)


def test_fault_21_and_22_a_killed_builder_and_a_zombie_end_as_lost_once(
    site: BuildSite, reaper: None, tmp_path: Path
) -> None:
    """Both builds are over within lease and 30 seconds, by the reaper; the one that wakes up changes nothing."""
    marks = [f"endless-{os.getpid()}-{name}" for name in ("killed", "zombie")]
    killed, first = begun(site, endless_app(tmp_path / "first", marks[0]), "killed-builder")
    zombie, second = begun(site, endless_app(tmp_path / "second", marks[1]), "zombie-builder")
    killed.kill()
    zombie.send_signal(signal.SIGSTOP)
    killed.communicate()
    if sandbox_state().is_usable:
        eventually(lambda: not is_running(marks[0]))

    def statuses() -> list[object]:
        return [site.get(f"/api/v1/builds/{build}")["status"] for build in (first, second)]

    eventually(lambda: "running" not in statuses())
    before = site.get(f"/api/v1/builds/{second}")
    assert statuses() == ["lost", "lost"]
    with psycopg.connect(site.portal.owner_url) as connection:
        late = connection.execute(
            "SELECT id FROM builds_build WHERE id = ANY(%s)"
            " AND finished_at > greatest(heartbeat_at, started_at) + %s::interval",
            [[first, second], LEASE_AND_REAPER],
        ).fetchall()
    assert late == []

    zombie.send_signal(signal.SIGCONT)
    output, _ = zombie.communicate(timeout=WAIT_SECONDS)
    assert zombie.returncode == 1
    assert "The build is not this builder's any more." in output
    assert not is_running(marks[1])
    assert site.get(f"/api/v1/builds/{second}") == before


# Starts the builder in an interpreter whose clock is off, as a machine without time synchronisation would.
WRONG_CLOCK = """
import datetime, runpy, sys, time
sys.path.insert(0, "")
seconds = float(sys.argv[1])
del sys.argv[1]
right = time.time
time.time = lambda: right() + seconds
class Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(seconds=seconds)
datetime.datetime = Wrong
runpy.run_module("builds.builder", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_fault_24_a_builders_clock_that_is_an_hour_off_has_no_effect(
    seconds: int, site: BuildSite, tmp_path: Path
) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile="sleep 1.5\n", Procfile="postdeploy: sleep 0.5\n")
    (tmp_path / "wrong_clock.py").write_text(WRONG_CLOCK)
    name = f"wrong-clock{seconds}".replace("-3600", "-behind").replace("3600", "-ahead")
    command = site.command(app, app=name)
    command[1:3] = [str(tmp_path / "wrong_clock.py"), str(seconds)]
    run = subprocess.run(
        command, cwd=ROOT, env=site.environment(PYTHONPATH=str(ROOT)), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    build = site.last_build(name)
    began, ended = (datetime.fromisoformat(build[field]) for field in ("started_at", "finished_at"))
    life = (ended - began).total_seconds()
    for step in build["steps"]:
        if step["status"] == "skipped":
            continue
        started_at, finished_at = (datetime.fromisoformat(step[field]) for field in ("started_at", "finished_at"))
        assert began <= started_at <= finished_at, step["name"]
        assert step["name"] == "postdeploy" or finished_at <= ended, step["name"]
        assert 0 <= step["duration_seconds"] <= life + 60, step["name"]
    hook = next(step for step in build["steps"] if step["name"] == "pre_compile")
    assert 1.5 <= hook["duration_seconds"] <= life
    with psycopg.connect(site.portal.owner_url) as connection:
        row = connection.execute(
            "SELECT started_at <= now() AND finished_at <= now() AND created_at > now() - interval '30 minutes',"
            " heartbeat_at IS NULL OR heartbeat_at BETWEEN started_at AND now() FROM builds_build WHERE id = %s",
            [build["id"]],
        ).fetchone()
    assert row == (True, True)
