"""The portal is itself an app of the platform: built by its own builder, migrated and booted as its Procfile says."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from tests.databases import ROOT, drop_named, server
from tests.environment import database_name, with_name
from tests.ports import free_port
from tests.procfile import procfile_command, started
from tests.scenarios.builder.building import BuildSite

pytestmark = [pytest.mark.long, pytest.mark.network, pytest.mark.timeout(1800)]
START_SECONDS = 300


@pytest.fixture
def clean_copy(tmp_path: Path) -> Path:
    """What a clone of this checkout would hold, as it is now."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listing.returncode != 0:
        pytest.skip("this is no git checkout, so nobody knows which files are the project's")
    copy = tmp_path / "runtime-portal"
    for name in listing.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
            target.chmod((ROOT / name).stat().st_mode & 0o755)
    return copy


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The app's configuration on a platform: an empty database, secrets, and nothing else of this process's."""
    name = database_name(f"app_{uuid.uuid4().hex[:8]}")
    with server() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    port = str(free_port())
    yield {
        "DATABASE_URL": with_name(os.environ["TEST_APPLICATION_URL"], name),
        "DATABASE_OWNER_URL": with_name(os.environ["TEST_OWNER_URL"], name),
        "SECRET_KEY": uuid.uuid4().hex * 2,
        "TOKEN_PEPPERS": f"first:{uuid.uuid4().hex * 2}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORTAL_HOME": str(tmp_path / "home"),
        "PORT": port,
    }
    drop_named(name)


def test_the_portal_is_built_by_its_own_builder_and_boots(
    site: BuildSite, clean_copy: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    configuration = tmp_path / "variables"
    configuration.write_text("".join(f"{name}={value}\n" for name, value in variables.items() if name != "PORT"))
    output = tmp_path / "app"
    options = ("--boot-check", "--env-file", str(configuration), "--output", str(output))
    built = site.build(clean_copy, *options, app="runtime-portal")

    assert built.build["status"] == "succeeded", built.output
    assert built.build["package_manager"] == "pip"
    assert site.log(built.build, "pre_compile") == (
        b"CELERY_BROKER_URL is not set; the portal needs it when it starts.\n"
        b"ALLOWED_HOSTS is not set; the portal needs it when it starts.\n"
    )
    assert re.search(rb"[1-9][0-9]* static files copied", site.log(built.build, "post_compile"))

    python = output / ".scalingo/python/bin"
    environment = {"PATH": f"{python}:/usr/bin:/bin", "LANG": "C.UTF-8", **variables}
    subprocess.run(["sh", "-c", procfile_command("postdeploy", output)], cwd=output, env=environment, check=True)
    log = tmp_path / "web.log"
    with started("web", output, environment, log) as web:
        health = answer(f"{variables['PUBLIC_URL']}/healthz", web, log)
        assert json.loads(health) == {"web": "ok", "database": "ok"}
        running = Path(f"/proc/{web.pid}/exe").resolve()
        assert running.is_relative_to(python.resolve())
        sign_in = answer(f"{variables['PUBLIC_URL']}/accounts/login/", web, log).decode()
        stylesheets = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', sign_in)
        assert stylesheets
        for stylesheet in stylesheets:
            assert answer(f"{variables['PUBLIC_URL']}{stylesheet}", web, log)
    assert sys.version.split()[0] == built.build["release"]["version"]


def answer(address: str, web: "subprocess.Popen[bytes]", log: Path) -> bytes:
    """The body of a good answer, once the server listens; its log is the error when it ends or never does."""
    deadline = time.monotonic() + START_SECONDS
    while web.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                body: bytes = response.read()
                return body
        except ConnectionError:
            time.sleep(0.1)
        except OSError as error:  # urllib wraps a refused connection; an answer such as 503 ends the waiting
            if not isinstance(getattr(error, "reason", None), ConnectionError):
                break
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
