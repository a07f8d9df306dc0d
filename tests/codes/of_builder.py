"""Codes that a builder ends a build with: whole runs of it, or of the part that fails."""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import cast

import pytest

from builds.builder.boot_check import check_boot
from builds.builder.dependencies import install_dependencies
from builds.builder.downloading import Wanted, cache_folder, fetch_archive
from builds.builder.interpreter import install_python
from builds.builder.order import Confinement, Order
from builds.builder.portal import Portal
from builds.builder.step_log import Recorder, StepLog
from builds.builder.workshop import PYTHON_FOLDER, Workshop
from portal.messages import explain
from tests.codes.provoking import Answered, World, failed, provokes, refused, told_of
from tests.databases import ROOT
from tests.scenarios.builder.building import STACK, BuildSite, make_app
from tests.unit.archives.interpreters import packed_interpreter
from tests.unit.builder.stand_in import Answer, Request, always, stand_in
from versions.archives.slots import taken_slot, work_folder
from versions.archives.unpacking import unpack

# Beside the stack of all builder tests one whose rules know every package manager, and that names a pip.
CURRENT_STACK = "local-current"
NO_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
POETRY = {"pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n", "poetry.lock": ""}
UV = {"pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n", "uv.lock": "version = 1\n"}


class Quiet:
    """A step's log that keeps what it is told."""

    exit_code: int | None = None

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def output(self, data: bytes) -> None:
        self.said.append(data.decode(errors="replace"))


def go_on() -> None:
    """Nothing asks the build to stop."""


@contextmanager
def workshop() -> Iterator[Workshop]:
    """An empty app on this machine, without the sandbox: what fails here never gets to run an app's code."""
    with taken_slot() as slot, work_folder(slot) as folder:
        (folder / "app").mkdir()
        order = Order(directory=Path("app"), app="shop", stack="local", variables={})
        made = Workshop(folder, order, slot, Confinement(is_sandboxed=False, note=""), go_on)
        made.hand_over()
        yield made


def built(
    world: World,
    files: Mapping[str, str],
    *options: str,
    stack: str = STACK,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Answered:
    """A whole run of the builder that fails; what its build says."""
    site: BuildSite = world.fixture("site")
    app = make_app(world.folder / "app", **files)
    if variables:
        path = world.folder / "variables"
        path.write_text("".join(f"{name}={value}\n" for name, value in variables.items()), encoding="utf-8")
        options = (*options, "--env-file", str(path))
    if any(name.endswith(".lock") for name in files):
        (app / "requirements.txt").unlink()
        (app / ".python-version").write_text(site.version, encoding="utf-8")
    run = site.build(app, *options, app="shop", stack=stack)
    assert run.build, run.complaint
    return told_of(run.build["failure"])


@provokes("hooks::pre_compile")
def hook_before_that_fails(world: World) -> Answered:
    return built(world, {"bin__pre_compile": "exit 3\n"})


@provokes("hooks::post_compile")
def hook_after_that_fails(world: World) -> Answered:
    return built(world, {"bin__post_compile": "exit 3\n"})


@provokes("hooks::postdeploy")
def postdeploy_that_fails(world: World) -> Answered:
    return built(world, {"Procfile": "postdeploy: exit 3\n"})


@provokes("install-dependencies::pip")
def requirement_that_is_nowhere(world: World) -> Answered:
    return built(world, {"requirements.txt": "nothing @ file:///nowhere/nothing-1.0.tar.gz\n"})


@provokes("install-package-manager::pipenv")
def pipenv_that_cannot_be_fetched(world: World) -> Answered:
    return built(world, {"Pipfile": ""}, variables=NO_INDEX)


@provokes("detection::not-python")
def folder_of_something_else(world: World) -> Answered:
    site: BuildSite = world.fixture("site")
    (world.folder / "app").mkdir()
    (world.folder / "app/package.json").write_text("{}", encoding="utf-8")
    return told_of(site.build(world.folder / "app", app="not-python").build["failure"])


@provokes("python-version::no-artifact")
def release_without_an_archive(world: World) -> Answered:
    return built(world, {"runtime.txt": "python-3.4.10"})


@provokes("install-python::folder-in-the-way")
def hook_that_makes_pythons_folder(world: World) -> Answered:
    return built(world, {"bin__pre_compile": f"mkdir -p {PYTHON_FOLDER}\n"})


@provokes("builder::no-sandbox")
def machine_without_a_sandbox(world: World) -> Answered:
    """The builder where bubblewrap is hidden begins no build; its one sentence names the code."""
    site: BuildSite = world.fixture("site")
    app = make_app(world.folder / "app", bin__pre_compile="exit 0\n")
    program = Path("/usr/bin/bwrap")
    hidden = [str(program), "--dev-bind", "/", "/", "--ro-bind", "/dev/null", str(program)] if program.exists() else []
    command = [*hidden, *site.command(app, app="no-sandbox")]
    run = subprocess.run(command, cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False)
    code = run.stderr.rpartition("(")[2].partition(")")[0]
    return Answered(code, None, (run.stderr,))


@provokes("builder::time-out")
def command_that_does_not_end(world: World) -> Answered:
    with workshop() as room:
        return failed(lambda: room.run(["sleep", "600"], lambda _data: None, timeout_seconds=0.1))


def installing(answer: Answer, artifact: dict[str, object]) -> Answered:
    release = {"version": "3.12.3", "artifact": artifact}
    with (
        workshop() as room,
        stand_in(always(answer)) as server,
        Portal(server.url, "token") as portal,
        tempfile.TemporaryDirectory() as cache,
    ):
        log = cast("StepLog", Quiet())
        return failed(lambda: install_python(release, room, log, portal=portal, cache=Path(cache), check=go_on))


@provokes("install-python::unusable")
def archive_that_holds_no_python(world: World) -> Answered:
    data = b"not an archive"
    return installing(Answer(body=data), {"url": "/a", "sha256": hashlib.sha256(data).hexdigest(), "size": None})


@provokes("install-python::hash-mismatch")
def archive_with_other_bytes(world: World) -> Answered:
    return installing(Answer(body=b"other bytes"), {"url": "/a", "sha256": "0" * 64, "size": None})


@provokes("install-python::download")
def archive_that_is_not_there(world: World) -> Answered:
    wanted = Wanted("/a", "0" * 64, None)
    with stand_in(always(Answer(404))) as server, Portal(server.url, "token") as portal:
        return failed(lambda: fetch_archive(wanted, portal, world.folder, go_on))


@provokes("install-dependencies::unsupported-manager")
def manager_of_tomorrow(world: World) -> Answered:
    detection = {"package_manager": "hatch", "install_commands": [["hatch"]], "release": {"version": "3.12.3"}}
    with workshop() as room:
        return failed(lambda: install_dependencies(detection, room, cast("StepLog", Quiet())))


@provokes("sandbox::no-work-folder")
def machine_without_a_place_for_archives(world: World) -> Answered:
    blocked = world.folder / "a-file"
    blocked.write_text("", encoding="utf-8")
    patch: pytest.MonkeyPatch = world.fixture("monkeypatch")
    patch.setenv("XDG_CACHE_HOME", str(blocked / "cache"))
    patch.setattr(tempfile, "tempdir", str(blocked))
    answered = refused(cache_folder)
    patch.undo()
    return answered


@provokes("builder::internal-error")
def portal_that_refuses_to_detect(world: World) -> Answered:
    """What the builder reports when the portal turns down what a builder has to ask."""
    told: list[dict[str, str]] = []

    def answer(request: Request) -> Answer:
        if request.path.endswith("/api/v1/builds"):
            return Answer(201, body=b'{"id": 1, "number": 1, "fence": 1, "lease_seconds": 60, "url": "http://x/"}')
        if request.path.endswith("/finish"):
            told.append(request.json["failure"])  # type: ignore[arg-type]
            return Answer(200)
        return Answer(422 if "/api/v1/detect" in request.path else 200, body=b'{"lease_seconds": 60}')

    site: BuildSite = world.fixture("site")
    app = make_app(world.folder / "app")
    with stand_in(answer) as server:
        site.build(app, "--unsafe-no-sandbox", app="refused", PORTAL_URL=server.url)
    (failure,) = told
    explanation = explain(failure["code"], {"detail": failure["detail"]})
    return Answered(failure["code"], None, (explanation.title, explanation.text, explanation.advice))


# Package managers beside pip: what keeps each from being brought in, and from installing.


@provokes("install-package-manager::pip")
def pip_that_cannot_be_fetched(world: World) -> Answered:
    return built(world, {}, stack=CURRENT_STACK, variables=NO_INDEX)


@provokes("install-package-manager::poetry")
def poetry_that_cannot_be_fetched(world: World) -> Answered:
    return built(world, POETRY, stack=CURRENT_STACK, variables=NO_INDEX)


@provokes("install-package-manager::uv")
def uv_that_cannot_be_fetched(world: World) -> Answered:
    return built(world, UV, stack=CURRENT_STACK, variables=NO_INDEX)


@provokes("install-dependencies::pipenv")
def pipfile_that_asks_for_nothing_there_is(world: World) -> Answered:
    return built(world, {"Pipfile": '[packages]\nnothing = {file = "file:///nowhere/nothing-1.0.tar.gz"}\n'})


@provokes("install-dependencies::poetry")
def lock_that_poetry_cannot_read(world: World) -> Answered:
    return built(world, POETRY, stack=CURRENT_STACK)


@provokes("install-dependencies::uv")
def lock_that_uv_cannot_read(world: World) -> Answered:
    return built(world, UV, stack=CURRENT_STACK)


class Steps:
    """Takes the steps of a part of the builder that runs without a portal."""

    @contextmanager
    def step(self, _name: str, _title: str, _command: str = "") -> Iterator[Quiet]:
        yield Quiet()


def booted(command: str) -> Answered:
    with workshop() as room:
        room.python.parent.mkdir()
        unpack(packed_interpreter().path, room.python)
        room.give(room.python.parent)
        (room.app / "Procfile").write_text(f"web: {command}\n", encoding="utf-8")
        return failed(lambda: check_boot(room, cast("Recorder", Steps()), timeout_seconds=3))


@provokes("boot-check::exited")
def web_command_that_ends(world: World) -> Answered:
    return booted("exit 3")


@provokes("boot-check::not-listening")
def web_command_that_listens_nowhere(world: World) -> Answered:
    return booted("sleep 600")


@provokes("boot-check::no-answer")
def web_command_that_says_nothing(world: World) -> Answered:
    script = "import os, socket, time; s = socket.create_server(('', int(os.environ['PORT']))); time.sleep(600)"
    return booted(f'python3 -c "{script}"')
