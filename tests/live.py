"""A portal as it really runs: granian on a port of this machine, with a database and a home folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import ROOT, copy_template, drop_named
from tests.environment import with_name
from tests.sharing import shared_folder

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class LivePortal:
    """`url` has no slash at its end; `environment` is what its processes run with."""

    url: str
    home: Path
    database_url: str
    owner_url: str
    environment: Mapping[str, str]

    def manage(self, *arguments: str, text: str = "") -> str:
        """What `manage.py ARGUMENTS` prints in this portal's environment; `text` is its standard input."""
        outcome = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=dict(self.environment), input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert outcome.returncode == 0, f"manage.py {' '.join(arguments)}:\n{outcome.stdout}{outcome.stderr}"
        return outcome.stdout

    def issue_token(self, *scopes: str, stacks: tuple[str, ...] = (), name: str = "test") -> str:
        """The secret of a new token."""
        words = [word for scope in scopes for word in ("--scope", scope)]
        words += [word for stack in stacks for word in ("--stack", stack)]
        return self.manage("token", "issue", name, *words).split()[-1]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_portal(name: str, home: Path) -> Iterator[LivePortal]:
    """A portal on a copy of the template called `name`; stopped, and its database dropped, at the end."""
    copy_template(name)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": with_name(os.environ["TEST_APPLICATION_URL"], name),
        "DATABASE_OWNER_URL": with_name(os.environ["TEST_OWNER_URL"], name),
        "PORTAL_HOME": str(home),
        "PUBLIC_URL": url,
        "PORT": str(port),
        "STATIC_ROOT": str(shared_folder("static", collect_static)),
        "CELERY_QUEUE": name,
    }
    portal = LivePortal(url, home, environment["DATABASE_URL"], environment["DATABASE_OWNER_URL"], environment)
    log_path = home / "web.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
             "--workers", "1", "--no-ws", "portal.wsgi:application"],
            cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(process, url, log_path)
        yield portal
    finally:
        process.terminate()
        process.wait(timeout=30)
        drop_named(name)


def collect_static(folder: Path) -> None:
    """The static files as every portal of this run serves them."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=ROOT, env={**os.environ, "STATIC_ROOT": str(folder)}, check=True,
    )  # fmt: skip


def _wait(process: "subprocess.Popen[bytes]", url: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"The portal did not start:\n{log_path.read_text(encoding='utf-8', errors='replace')}")
