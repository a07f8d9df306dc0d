"""Worker and clock as the Procfile starts them, over every broker at hand: the reaper comes, and survives kill -9."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.brokers import KINDS, broker
from tests.databases import ROOT
from tests.live import LivePortal
from tests.procfile import kill_all, started
from tests.tables import small_table
from versions.domain.canonical import canonical_json
from versions.domain.document import table_document

# Processes are started and waited for, on whatever machine this is.
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
WAIT_SECONDS = 120
STACK = "stack-22"
WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'builds_build'::regclass AND NOT granted"


@dataclass(frozen=True, slots=True)
class Silence:
    """A portal with builders that have gone silent."""

    portal: LivePortal
    token: str
    owner: "psycopg.Connection[tuple[object, ...]]"

    def lost_build(self, app: str) -> int:
        """The number in the address of a new build whose lease is over."""
        answer = httpx.post(
            f"{self.portal.url}/api/v1/builds",
            json={"app": app, "stack": STACK},
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": app},
            trust_env=False,
        )
        assert answer.status_code == 201, answer.text
        build = int(answer.json()["id"])
        self.owner.execute(
            "UPDATE builds_build SET lease_expires_at = now() - interval '1 second' WHERE id = %s", [build]
        )
        return build

    def status(self, build: int) -> object:
        row = self.owner.execute("SELECT status FROM builds_build WHERE id = %s", [build]).fetchone()
        return row[0] if row else None


@pytest.fixture(scope="module")
def silence(live_portal: LivePortal) -> Iterator[Silence]:
    table = canonical_json(table_document(small_table("3.12.3", stack=STACK)))
    live_portal.manage("table", "import", "-", text=table.decode())
    live_portal.manage("table", "publish", "-m", "One stack")
    token = live_portal.issue_token("builds:write")
    with psycopg.connect(live_portal.owner_url, autocommit=True) as owner:
        yield Silence(live_portal, token, owner)


@pytest.mark.parametrize("kind", KINDS)
def test_the_reaper_comes_and_a_killed_worker_loses_nothing(kind: str, silence: Silence, tmp_path: Path) -> None:
    with ExitStack() as stack:
        queue = f"{silence.portal.environment['CELERY_QUEUE']}-{kind}"
        address = stack.enter_context(broker(kind, tmp_path, queue=queue))
        environment = {**silence.portal.environment, "CELERY_BROKER_URL": address, "CELERY_QUEUE": queue}
        logs = tmp_path / "worker.log", tmp_path / "beat.log"
        first = silence.lost_build(f"{kind}-first")
        stack.enter_context(started("beat", ROOT, environment, logs[1]))
        worker = stack.enter_context(started("worker", ROOT, environment, logs[0]))
        ask_for_the_reaper(environment)
        eventually(lambda: silence.status(first) == "lost", *logs)

        second = silence.lost_build(f"{kind}-second")
        with silence.owner.transaction():
            silence.owner.execute("LOCK TABLE builds_build IN ACCESS EXCLUSIVE MODE")
            ask_for_the_reaper(environment)
            eventually(
                lambda: silence.owner.execute(WAITING).fetchone() != (0,), *logs
            )  # a task is in the middle of it
            kill_all(worker)
        assert silence.status(second) == "running"

        # Nobody asks again; what the killed worker held comes back with the next tick of the clock.
        stack.enter_context(started("worker", ROOT, environment, logs[0]))
        eventually(lambda: silence.status(second) == "lost", *logs)


def ask_for_the_reaper(environment: dict[str, str]) -> None:
    """As a web process would, rather than waiting for the clock."""
    call = "from builds.queue import enqueue_end_lost_builds; enqueue_end_lost_builds()"
    subprocess.run([sys.executable, "manage.py", "shell", "-v", "0", "-c", call], cwd=ROOT, env=environment, check=True)


def eventually(has_happened: Callable[[], bool], *logs: Path) -> None:
    """Waits; the processes' logs are the error when it never happens."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not has_happened():
        if time.monotonic() > deadline:
            raise AssertionError("\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs))
        time.sleep(0.1)
