"""Boot check and postdeploy against commands that never come to an end, with a time limit that a test can wait for."""

import io
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from builds.builder.boot_check import STEP, _Sight, _Watcher, check_boot
from builds.builder.failures import BuildFailure
from builds.builder.order import Confinement, Order
from builds.builder.portal import Hold, Portal
from builds.builder.postdeploy import TIMEOUT_SECONDS, run_postdeploy
from builds.builder.step_log import Recorder
from builds.builder.terminal import Terminal
from builds.builder.workshop import Workshop
from tests.unit.builder.stand_in import Answer, StandIn, always, stand_in
from versions.archives.slots import taken_slot, work_folder


@pytest.fixture
def portal() -> Iterator[StandIn]:
    with stand_in(always(Answer(202, {"Upload-Offset": "0"}))) as portal:
        yield portal


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    with taken_slot() as slot, work_folder(slot) as folder:
        (folder / "app").mkdir()
        order = Order(directory=Path("app"), app="shop", stack="local")
        made = Workshop(folder, order, slot, Confinement(is_sandboxed=False, note=""), lambda: None)
        made.hand_over()
        yield made


def check(workshop: Workshop, portal: StandIn, web: str, spool: Path) -> BuildFailure:
    (workshop.app / "Procfile").write_text(f"web: {web}\n")
    with Portal(portal.url, "token") as real:
        hold = Hold(1, 1, 1, 60, "")
        recorder = Recorder(real, hold, Terminal(), spool=spool, secrets=(), on_lost=lambda _reason: None)
        with pytest.raises(BuildFailure) as raised:
            check_boot(workshop, recorder, timeout_seconds=2)
        assert recorder.wait_for_reports(60)
        recorder.give_up()
    return raised.value


def test_a_command_that_never_listens_is_told_so(workshop: Workshop, portal: StandIn, tmp_path: Path) -> None:
    failure = check(workshop, portal, "sleep 600", tmp_path)
    assert (failure.code, failure.detail) == ("boot-check::not-listening", "2 seconds")
    last = [request for request in portal.requests if request.path.endswith(f"/steps/{STEP}")][-1]
    assert last.json["status"] == "failed"


def test_a_command_that_listens_and_never_answers_is_told_so(
    workshop: Workshop, portal: StandIn, tmp_path: Path
) -> None:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("no python3 that every user of this machine can run")
    script = "import os,socket,time; s=socket.create_server(('',int(os.environ['PORT']))); time.sleep(600)"
    failure = check(workshop, portal, f'exec {python} -c "{script}"', tmp_path)
    assert failure.code == "boot-check::no-answer"


def test_a_postdeploy_that_never_ends_is_ended_after_its_twenty_minutes(
    workshop: Workshop, portal: StandIn, tmp_path: Path
) -> None:
    terminal = io.StringIO()
    with Portal(portal.url, "token") as real:
        hold = Hold(1, 1, 1, 60, "")
        recorder = Recorder(real, hold, Terminal(), spool=tmp_path, secrets=(), on_lost=lambda _reason: None)
        run_postdeploy("sleep 600 & sleep 600", workshop, recorder, Terminal(terminal), timeout_seconds=1)
        assert recorder.wait_for_reports(60)
        recorder.give_up()
    last = [request for request in portal.requests if request.path.endswith("/steps/postdeploy")][-1]
    assert (last.json["status"], last.json["exit_code"]) == ("failed", 124)
    assert "hooks::postdeploy" in terminal.getvalue()
    assert TIMEOUT_SECONDS == 20 * 60


def test_an_answer_is_what_counts() -> None:
    with stand_in(always(Answer(500))) as server:
        watcher = _Watcher(int(server.url.rpartition(":")[2]))
        assert watcher()
    assert (watcher.sight, watcher.status_line) == (_Sight.ANSWERS, "HTTP/1.1 500 Internal Server Error")


def test_what_answers_in_another_language_does_not_count() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        watcher = _Watcher(server.getsockname()[1])
        server.listen()
        assert not watcher()
    assert watcher.sight is _Sight.LISTENS
    assert not watcher()
