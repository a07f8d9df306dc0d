"""Commands of a build, inside the sandbox where it works and outside of it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builds.builder.failures import BuildCancelled, BuildFailure
from builds.builder.order import Confinement, Order
from builds.builder.workshop import Workshop
from tests.unit.archives.interpreters import need_sandbox
from versions.archives.slots import taken_slot, work_folder

Making = Callable[..., Workshop]


def go_on() -> None:
    """Nothing asks the build to stop."""


@pytest.fixture(params=["sandbox", "no sandbox"])
def make(request: pytest.FixtureRequest) -> Iterator[Making]:
    """Makes the workshop of an app with one file; both ways of running commands have to behave alike."""
    is_sandboxed = request.param == "sandbox"
    if is_sandboxed:
        need_sandbox()

    def made(check: Callable[[], None] = go_on, **variables: str) -> Workshop:
        (folder / "app").mkdir()
        (folder / "app/file").write_text("content\n")
        order = Order(directory=Path("app"), app="shop", stack="local", variables=variables)
        workshop = Workshop(folder, order, slot, Confinement(is_sandboxed=is_sandboxed, note=""), check)
        workshop.hand_over()
        return workshop

    with taken_slot() as slot, work_folder(slot) as folder:
        yield made


def run(workshop: Workshop, script: str, *, timeout_seconds: float = 30) -> tuple[int, str]:
    output = bytearray()
    status = workshop.run(["bash", "-c", script], output.extend, timeout_seconds=timeout_seconds)
    return status, output.decode(errors="replace")


def test_a_command_runs_in_the_app_and_may_write_there(make: Making) -> None:
    workshop = make()
    assert run(workshop, "cat file; echo made > new; pwd") == (0, f"content\n{workshop.root}\n")
    assert (workshop.app / "new").read_text() == "made\n"


def test_both_streams_arrive_in_order_and_the_status_is_the_commands(make: Making) -> None:
    assert run(make(), "echo out; echo err >&2; echo out; exit 7") == (7, "out\nerr\nout\n")


def test_a_command_killed_by_a_signal_has_the_status_a_shell_gives_it(make: Making) -> None:
    assert run(make(), "kill -9 $$")[0] == 128 + signal.SIGKILL


def test_a_command_that_does_not_exist_is_a_status(make: Making) -> None:
    workshop = make()
    assert workshop.run(["./nothing"], bytearray().extend, timeout_seconds=30) == 127


def test_the_environment_is_the_builds_alone(make: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET", "of the builder")
    workshop = make(SHOP_NAME="the app's own", PATH="/nowhere", STACK="other")
    _, output = run(workshop, "env")
    names = dict(line.partition("=")[::2] for line in output.splitlines())
    assert "PORTAL_SECRET" not in names
    assert names["SHOP_NAME"] == "the app's own"
    assert names["STACK"] == "local"
    assert names["PATH"].startswith(f"{workshop.root}/.scalingo/python/bin:/usr/local/sbin:")


def test_a_command_without_end_is_ended_with_all_it_started(make: Making) -> None:
    mark = f"survivor-{os.getpid()}-{time.monotonic_ns()}"
    loop = f"exec -a {mark} sleep 600"
    script = f"(setsid bash -c '{loop}' &) ; ({loop}) & trap '' TERM INT; echo begun; {loop}"
    with pytest.raises(BuildFailure) as failed:
        run(make(), script, timeout_seconds=1)
    assert failed.value.code == "builder::time-out"
    assert processes_named(mark) == []


def test_what_a_command_leaves_running_ends_with_it(make: Making) -> None:
    mark = f"leftover-{os.getpid()}-{time.monotonic_ns()}"
    status, output = run(make(), f"bash -c 'exec -a {mark} sleep 600' & echo done")
    assert (status, output) == (0, "done\n")
    assert processes_named(mark) == []


def test_a_build_that_has_to_stop_stops_its_command(make: Making) -> None:
    asked: list[None] = []

    def stop_soon() -> None:
        asked.append(None)
        if len(asked) > 3:
            raise BuildCancelled

    with pytest.raises(BuildCancelled):
        run(make(stop_soon), "sleep 600")


def test_no_command_runs_as_root(make: Making) -> None:
    assert run(make(), "id -u")[1].strip() != "0"


def test_a_core_file_is_never_written(make: Making) -> None:
    assert run(make(), "ulimit -c")[1] == "0\n"


def processes_named(mark: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if command.startswith(mark.encode()):
                found.append(entry.name)
    return found
