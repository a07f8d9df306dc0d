"""A portal as it really runs: granian on a port of this machine, with a database and a home folder of its own."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from portal.installation.processes import worker_command
from tests.databases import ROOT, copy_template, drop_named
from tests.environment import with_name
from tests.ports import free_port
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


def portal_at(name: str, home: Path) -> LivePortal:
    """A portal that may be started, on the database `name`."""
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
    return LivePortal(url, home, environment["DATABASE_URL"], environment["DATABASE_OWNER_URL"], environment)


@contextmanager
def running_portal(name: str, home: Path, template: str = "") -> Iterator[LivePortal]:
    """A portal on a copy of the template that is called `name`; stopped, and its database dropped, at the end."""
    copy_template(name, template)
    try:
        with served(portal_at(name, home)) as portal:
            yield portal
    finally:
        drop_named(name)


@contextmanager
def served(portal: LivePortal) -> Iterator[LivePortal]:
    """The portal's web process, for as long as it is needed."""
    port = portal.environment["PORT"]
    log_path = portal.home / f"web-{port}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port,
             "--workers", "1", "--no-ws", "portal.wsgi:application"],
            cwd=ROOT, env=dict(portal.environment), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(process, portal.url, log_path)
        yield portal
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def working(portal: LivePortal, **variables: str) -> Iterator[LivePortal]:
    """The portal's background worker, with further variables, for as long as it is needed; yields the portal with them.

    Nobody waits for it to be there: messages wait in the broker.
    """
    helped = replace(portal, environment={**portal.environment, **variables})
    with (portal.home / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            worker_command(), cwd=ROOT, env=dict(helped.environment), stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield helped
    finally:
        process.terminate()
        process.wait(timeout=60)


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
