"""A portal whose web process and database give way when a test says so, and come back."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from psycopg import sql

from tests.databases import ROOT, server
from tests.ports import free_port
from tests.procfile import kill_all

WAIT_SECONDS = 120


class WebProcess:
    """The portal's web server on a port of its own, in the environment of a portal that exists."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._environment = {**environment, "PORT": str(self._port), "PUBLIC_URL": self.url}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
                 str(self._port), "--workers", "1", "--no-ws", "portal.wsgi:application"],
                cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                httpx.get(f"{self.url}/healthz", trust_env=False)
            except httpx.HTTPError:
                assert self._process.poll() is None, self._log.read_text(errors="replace")
                assert time.monotonic() < deadline, self._log.read_text(errors="replace")
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """kill -9 of the server and its workers, whatever they are in the middle of."""
        if self._process is not None:
            kill_all(self._process)


@contextmanager
def web_process(environment: Mapping[str, str], log: Path) -> Iterator[WebProcess]:
    process = WebProcess(environment, log)
    process.start()
    try:
        yield process
    finally:
        process.kill()


def end_connections(database_url: str) -> None:
    """Ends every connection to the database, also those in the middle of a statement."""
    with server() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [_name(database_url)]
        )


@contextmanager
def read_only(database_url: str) -> Iterator[None]:
    """The database takes no writes for the time of the block, as a standby that is taking over."""
    name = sql.Identifier(_name(database_url))
    with server() as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
        try:
            end_connections(database_url)
            yield
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
            end_connections(database_url)


def _name(database_url: str) -> str:
    return urlsplit(database_url).path.lstrip("/").partition("?")[0]
