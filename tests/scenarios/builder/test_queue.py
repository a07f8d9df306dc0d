"""Builds by way of the queue: the real worker, over the embedded broker and over Redis, also when it is killed."""

import hashlib
import platform
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.brokers import KINDS, broker
from tests.databases import ROOT
from tests.live import LivePortal
from tests.procfile import kill_all, started
from tests.scenarios.builder.building import ARCHS, STACK, BuildSite, make_app, prepared_site

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
WAIT_SECONDS = 120
LEASE_AND_REAPER_SECONDS = 90  # the lease of a minute, and half a minute for the reaper


@dataclass(frozen=True, slots=True)
class Queue:
    """A portal whose web process, worker and clock use one broker."""

    site: BuildSite
    environment: dict[str, str]
    folder: Path
    kind: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.site.token}"}

    def send(self, archive: bytes) -> str:
        """The hash of a source that is now stored."""
        sha256 = hashlib.sha256(archive).hexdigest()
        kind = {"Content-Type": "application/octet-stream"}
        url = f"{self.site.portal.url}/api/v1/sources/{sha256}"
        answer = httpx.put(url, content=archive, headers=self.headers | kind, trust_env=False)
        assert answer.status_code in {200, 201}, answer.text
        return sha256

    def order(self, app: str, sha256: str) -> int:
        body = {
            "app": app,
            "stack": STACK,
            "arch": ARCHS[platform.machine()],
            "source": {"kind": "archive", "sha256": sha256},
            "queue": True,
        }
        answer = httpx.post(f"{self.site.portal.url}/api/v1/builds", json=body, headers=self.headers, trust_env=False)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def read(self, build: int) -> dict[str, Any]:
        return self.site.get(f"/api/v1/builds/{build}")

    def announce(self, *builds: int) -> None:
        """As the web process does, on this test's broker; whether they are queued or not."""
        order = f"stack={STACK!r}, arch={ARCHS[platform.machine()]!r}"
        call = f"from builds.queue import enqueue_build; [enqueue_build(build_id=id, {order}) for id in {list(builds)}]"
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", call]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def over(self, build: int, log: Path, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """The build once it is over."""
        eventually(lambda: self.read(build)["status"] not in {"queued", "running"}, log, seconds)
        return self.read(build)

    @contextmanager
    def worker(self, log: Path, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
        changes = {name: self.environment[name] for name in ("CELERY_BROKER_URL", "CELERY_QUEUE", "PORTAL_HOME")}
        with log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "builds.builder", "work", "--stack", STACK, *options],
                cwd=ROOT, env=self.site.environment(**changes), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                start_new_session=True,
            )  # fmt: skip
        try:
            yield process
        finally:
            kill_all(process)


def eventually(has_happened: Callable[[], bool], log: Path, seconds: float = WAIT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not has_happened():
        if time.monotonic() > deadline:
            raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
        time.sleep(0.1)


def packed(app: Path, target: Path) -> bytes:
    with tarfile.open(target, "w:gz") as tar:
        tar.add(app, arcname="app")
    return target.read_bytes()


@pytest.fixture(scope="module")
def queue_site(live_portal: LivePortal, tmp_path_factory: pytest.TempPathFactory) -> BuildSite:
    return prepared_site(live_portal, tmp_path_factory.mktemp("cache"))


@pytest.fixture(params=KINDS)
def queue(request: pytest.FixtureRequest, queue_site: BuildSite, tmp_path: Path) -> Iterator[Queue]:
    kind = request.param
    portal = queue_site.portal
    name = f"{portal.environment['CELERY_QUEUE']}-{kind}-{tmp_path.name[-8:]}"
    with broker(kind, tmp_path, queue=f"{name}.builds.{STACK}") as address:
        path = f"{Path(sys.executable).parent}:{portal.environment['PATH']}"  # the Procfile says `python`
        environment = {**portal.environment, "CELERY_BROKER_URL": address, "CELERY_QUEUE": name, "PATH": path}
        yield Queue(queue_site, environment, tmp_path, kind)


def test_a_queued_build_is_built_and_the_worker_goes_on_and_ends_politely(queue: Queue) -> None:
    log = queue.folder / "worker.log"
    app = make_app(queue.folder / "app", bin__post_compile="echo from the queue\n", install__bin__x="kept")
    good = queue.send(packed(app, queue.folder / "app.tar.gz"))
    bad = queue.send(b"no archive at all")
    with queue.worker(log, "--output", str(queue.folder / "built")) as process:
        names = ("one", "broken", "nowhere", "two")
        sources = (good, bad, "0" * 64, good)
        builds = [queue.order(f"{name}-{queue.kind}", source) for name, source in zip(names, sources, strict=True)]
        # One message comes twice, one is about nothing; both before the last that is waited for.
        queue.announce(*builds[:3], builds[0], 4711, builds[3])
        first, broken, nowhere, second = [queue.over(build, log) for build in builds]
        assert (first["status"], second["status"]) == ("succeeded", "succeeded"), log.read_text()
        assert broken["failure"]["code"] == "fetch-source::unusable"
        assert nowhere["failure"]["code"] == "fetch-source::download"
        assert b"from the queue" in queue.site.log(first, "post_compile")
        assert [step["name"] for step in first["steps"]][:2] == ["fetch_source", "detect"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert (queue.folder / "built" / f"{first['app']}-1" / "install/bin/x").read_text() == "kept"
    assert "is not to be built here: build::over" in log.read_text()


def test_a_worker_that_is_asked_to_stop_ends_its_build_first(queue: Queue) -> None:
    log = queue.folder / "worker.log"
    app = make_app(queue.folder / "app", bin__pre_compile="echo begun; while [ ! -e go ]; do sleep 0.1; done\n")
    source = queue.send(packed(app, queue.folder / "app.tar.gz"))
    with queue.worker(log) as process:
        build = queue.order("patient", source)
        other = queue.order("waiting", source)
        queue.announce(build)
        eventually(lambda: "begun" in log.read_text(), log)
        queue.announce(other)
        process.send_signal(signal.SIGTERM)
        eventually(lambda: "Stopping after this build" in log.read_text(), log)
        process.send_signal(signal.SIGTERM)  # and now it shall stop the build as well
        assert process.wait(timeout=60) == 0
    assert queue.read(build)["status"] == "cancelled"
    assert queue.read(other)["status"] == "queued"
    queue.site.post(f"/api/v1/builds/{other}/cancel")
    assert queue.read(other)["status"] == "cancelled"


def test_a_killed_worker_leaves_one_end_and_its_message_does_no_harm(queue: Queue) -> None:
    """The build it had is lost within its lease and half a minute; what was only queued is announced again."""
    log, web_log = queue.folder / "worker.log", queue.folder / "background.log"
    endless = make_app(queue.folder / "endless", bin__pre_compile="echo begun; sleep 600\n")
    quick = make_app(queue.folder / "quick")
    held = queue.order("held", queue.send(packed(endless, queue.folder / "endless.tar.gz")))
    left = queue.order("left", queue.send(packed(quick, queue.folder / "quick.tar.gz")))
    with queue.worker(log) as process:
        queue.announce(held)
        eventually(lambda: "begun" in log.read_text(), log)
        kill_all(process)
    assert queue.read(held)["status"] == "running"
    with ExitStack() as stack:
        stack.enter_context(started("beat", ROOT, queue.environment, web_log))
        stack.enter_context(started("worker", ROOT, queue.environment, web_log))
        assert queue.over(held, web_log, LEASE_AND_REAPER_SECONDS + 30)["status"] == "lost"
        with psycopg.connect(queue.site.portal.owner_url, autocommit=True) as owner:
            # Its message was lost with whatever; a minute is over.
            owner.execute("UPDATE builds_build SET created_at = now() - interval '2 minutes' WHERE id = %s", [left])
            owner.execute("DELETE FROM builds_announcement WHERE build_id = %s", [left])
        stack.enter_context(queue.worker(log))
        queue.announce(held)  # the zombie's message comes back
        assert queue.over(left, log)["status"] == "succeeded", log.read_text()
    assert queue.read(held)["status"] == "lost"


def test_a_token_that_is_not_taken_ends_the_worker_and_not_the_build(queue: Queue) -> None:
    log = queue.folder / "worker.log"
    build = queue.order("guarded", "0" * 64)
    queue.announce(build)
    stranger = BuildSite(queue.site.portal, "a.b", queue.site.version, queue.site.cache)
    with Queue(stranger, queue.environment, queue.folder, queue.kind).worker(log) as process:
        assert process.wait(timeout=60) == 2
    assert queue.read(build)["status"] == "queued"
    queue.site.post(f"/api/v1/builds/{build}/cancel")
