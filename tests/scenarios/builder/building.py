"""Runs the real builder, as a process, against a real portal."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.databases import ROOT, copy_template
from tests.environment import database_name
from tests.live import LivePortal, portal_at, running_portal
from tests.sharing import shared_folder
from tests.unit.archives.interpreters import packed_interpreter

STACK = "local"
SITE_DATABASE = "site"
ARCHS = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Built:
    """What one run of the builder left behind. `build` is the API's answer, empty when no build was begun."""

    status: int
    output: str
    complaint: str
    build: Mapping[str, Any]

    @property
    def steps(self) -> dict[str, Mapping[str, Any]]:
        return {step["name"]: step for step in self.build["steps"]}


@dataclass(frozen=True, slots=True)
class BuildSite:
    """A portal whose stack `local` has the interpreter of these tests, and a builder's token for it."""

    portal: LivePortal
    token: str
    version: str
    cache: Path

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "SECRET", "TEST_"))
        }
        portal = {"PORTAL_URL": self.portal.url, "PORTAL_TOKEN": self.token, "XDG_CACHE_HOME": str(self.cache)}
        return {**kept, **portal, **changes}

    def command(self, directory: Path, *options: str, app: str, stack: str = STACK) -> list[str]:
        return [
            sys.executable, "-m", "builds.builder", "build", str(directory), "--app", app, "--stack", stack, *options,
        ]  # fmt: skip

    def build(self, directory: Path, *options: str, app: str, stack: str = STACK, **changes: str) -> Built:
        run = subprocess.run(
            self.command(directory, *options, app=app, stack=stack),
            cwd=ROOT, env=self.environment(**changes), capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Built(run.returncode, run.stdout, run.stderr, self.last_build(app))

    def last_build(self, app: str) -> Mapping[str, Any]:
        """The app's newest build as the API tells it."""
        builds = self.get("/api/v1/builds", app=app)["results"]
        return self.get(f"/api/v1/builds/{builds[0]['id']}") if builds else {}

    def log(self, build: Mapping[str, Any], step: str) -> bytes:
        """The stored bytes of a step's log."""
        return self._get(f"/api/v1/builds/{build['id']}/steps/{step}/log").content

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = self._get(path, **parameters).json()
        assert isinstance(answer, dict)
        return answer

    def post(self, path: str) -> httpx.Response:
        return httpx.post(
            f"{self.portal.url}{path}", headers={"Authorization": f"Bearer {self.token}"}, trust_env=False
        )

    def _get(self, path: str, **parameters: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        response = httpx.get(f"{self.portal.url}{path}", params=parameters, headers=headers, trust_env=False)
        assert response.status_code == 200, response.text
        return response


@contextmanager
def running_site(name: str, home: Path, cache: Path) -> Iterator[BuildSite]:
    """A started portal with a database of its own called `name`, whose stack `local` can build.

    What that takes is done once in a run; database and archives are copied from there.
    """
    made = shared_folder("site", _make_site)
    shutil.copytree(made / "artifacts", home / "artifacts")
    facts = json.loads((made / "facts.json").read_text(encoding="utf-8"))
    with running_portal(name, home, facts["database"]) as portal:
        yield BuildSite(portal, facts["token"], facts["version"], cache)


def _make_site(folder: Path) -> None:
    database = database_name(SITE_DATABASE)
    copy_template(database)
    site = prepared_site(portal_at(database, folder), folder)
    facts = {"database": database, "token": site.token, "version": site.version}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def prepared_site(portal: LivePortal, cache: Path) -> BuildSite:
    """Publishes the stack `local` with one release that has an archive and one that has none."""
    packed = packed_interpreter()
    arch = ARCHS[platform.machine()]
    release = {
        "version": f"{packed.version.series}.{packed.version.patch + 1}",
        "status": "withdrawn",
        "reason": "test",
    }
    bare = {"version": "3.4.10", "artifacts": []}
    series = [{"series": str(packed.version.series), "releases": [release]}, {"series": "3.4", "releases": [bare]}]
    stack = {
        "name": STACK, "base": "debian-12", "archs": [arch], "ruleset": "documented",
        "default_series": str(packed.version.series), "series": series,
    }  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"schema": 1, "default_stack": STACK, "stacks": [stack]}, file)
        file.flush()
        portal.manage("table", "import", file.name)
    version = str(packed.version)
    portal.manage("artifact", "add", "--stack", STACK, "--version", version, "--arch", arch, str(packed.path))
    portal.manage("table", "publish", "-m", "The interpreter of the tests")
    token = portal.issue_token("builds:write", "history:read", "logs:read", "table:read")
    return BuildSite(portal, token, version, cache)


def make_app(folder: Path, **files: str) -> Path:
    """An app whose root has an empty requirements.txt and these files; `__` in a name stands for a slash."""
    for name, content in {"requirements.txt": "", **files}.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder
