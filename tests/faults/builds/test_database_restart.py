"""Fault 20: PostgreSQL itself restarts, politely and by kill -9, under readers and a builder that writes a log."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from builds.builder.log_stream import LogStream
from builds.builder.portal import Portal
from portal.installation.postgres.cluster import Cluster, Credentials
from portal.installation.postgres.roles import application_address, owner_address, prepare_roles
from tests.faults.builder.unsteady_portal import WebProcess, web_process
from tests.live import LivePortal, collect_static
from tests.reporting import STACK
from tests.sharing import shared_folder
from tests.tables import small_table
from versions.domain.canonical import canonical_json
from versions.domain.document import table_document

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
READ_PATHS = (
    "/api/v1/builds", "/api/v1/builds/1", "/api/v1/builds/1/steps/detect/log", "/api/v1/apps", "/api/v1/table",
    "/api/v1/revisions", "/builds/", "/builds/1/", "/runtimes/", "/",
)  # fmt: skip
# Everything a reader may be told: the answer, the way to the sign-in, that it is not there yet, or to come back.
EXPECTED = frozenset({200, 302, 404, 503})
PATIENCE_SECONDS = 300.0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "postgres", log=tmp_path / "postgres.log", credentials=Credentials("a", "b", "c"))
    made.start()
    prepare_roles(made)
    yield made
    made.stop()


@pytest.fixture
def portal(cluster: Cluster, tmp_path: Path) -> LivePortal:
    """A portal on that server, with one stack."""
    environment = {
        **os.environ,
        "DATABASE_URL": application_address(cluster),
        "DATABASE_OWNER_URL": owner_address(cluster),
        "PORTAL_HOME": str(tmp_path / "home"),
        "STATIC_ROOT": str(shared_folder("static", collect_static)),
    }
    portal = LivePortal("", tmp_path, environment["DATABASE_URL"], environment["DATABASE_OWNER_URL"], environment)
    portal.manage("migrate", "--verbosity", "0")
    table = canonical_json(table_document(small_table("3.12.3", stack=STACK)))
    portal.manage("table", "import", "-", "--publish", "-m", "One stack", text=table.decode())
    return portal


class Readers:
    """Threads that read one page after the other, noting every answer."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._stopping = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.complaints: list[str] = []
        self._threads = [threading.Thread(target=self._read, args=[number]) for number in range(3)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _read(self, seed: int) -> None:
        chance = random.Random(seed)
        headers = {"Authorization": f"Bearer {self._token}", "Cookie": f"sessionid={'a' * 32}"}
        with httpx.Client(base_url=self._url, headers=headers, timeout=60, trust_env=False) as client:
            while not self._stopping.wait(0.05):
                self._note(client.get(chance.choice(READ_PATHS)))

    def _note(self, answer: httpx.Response) -> None:
        self.statuses[answer.status_code] += 1
        is_told_when = answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or int(answer.headers["Retry-After"]) > 0
        if answer.status_code not in EXPECTED or not is_told_when:
            self.complaints.append(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")


def test_fault_20_a_restart_of_the_database_is_503_alone_and_everything_recovers(
    cluster: Cluster, portal: LivePortal, tmp_path: Path
) -> None:
    token = portal.issue_token("builds:write", "history:read", "logs:read", "table:read")
    printed = random.Random(20).randbytes(600_000)
    lost: list[str] = []
    with web_process(portal.environment, tmp_path / "web.log") as web, Portal(web.url, token) as client:
        hold = client.create_build({"app": "restarted", "stack": STACK}, "restarted", patience=PATIENCE_SECONDS)
        with Readers(web.url, token) as readers:
            with LogStream(client, hold, "detect", tmp_path / "detect.log", lost.append) as stream:
                for start in range(0, len(printed), 100_000):
                    stream.write(printed[start : start + 100_000])
                    if start == 200_000:
                        restart(cluster, web, token, signal.SIGINT)
                    if start == 400_000:
                        restart(cluster, web, token, signal.SIGKILL)
            assert stream.wait(PATIENCE_SECONDS)
            assert client.finish(hold, {"status": "succeeded", "logs": {"detect": stream.summary}})
        assert readers.complaints == []
        assert readers.statuses[200] > 0
        assert lost == []
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=web.url, headers=headers, trust_env=False) as reader:
            assert reader.get(f"/api/v1/builds/{hold.id}").json()["status"] == "succeeded"
            assert reader.get(f"/api/v1/builds/{hold.id}/steps/detect/log").content == printed


def restart(cluster: Cluster, web: WebProcess, token: str, signal_number: int) -> None:
    """Not by `Cluster.stop`, which may give up the folder of the socket, and with it the server's address."""
    assert cluster.process is not None
    os.kill(cluster.process.pid, signal_number)
    cluster.process.wait()
    see_it_away(web, token)
    cluster.start()


def see_it_away(web: WebProcess, token: str) -> None:
    """Reads and writes alike are told to come back while there is no database.

    The children of a killed server live on for a moment, and so may an answer or two.
    """
    with httpx.Client(base_url=web.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while client.get("/api/v1/builds").status_code != httpx.codes.SERVICE_UNAVAILABLE:
            assert time.monotonic() < deadline
        answers = [
            client.get("/api/v1/builds"),
            client.post("/api/v1/builds", json={"app": "never", "stack": STACK}),
            client.post("/api/v1/builds/1/heartbeat", headers={"Build-Fence": "1"}),
            client.patch(
                "/api/v1/builds/1/steps/detect/log", content=b"x", headers={"Build-Fence": "1", "Upload-Offset": "0"}
            ),
            client.get("/builds/", headers={"Cookie": f"sessionid={'a' * 32}"}),
        ]
    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
    assert all("Upload-Offset" not in answer.headers for answer in answers)
