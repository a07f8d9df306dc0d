"""Starts the Procfile's `web` command on a free port and sees whether it listens there and answers."""

import socket
import time
from enum import Enum, auto

from builds.builder.failures import BuildFailure
from builds.builder.procfile import absence, procfile_command
from builds.builder.step_log import Recorder, StepLog
from builds.builder.workshop import Workshop

STEP = "boot_check"
_PROCESS = "web"
_TITLE = "Booting the web command"
_TIMEOUT_SECONDS = 60.0
_CONNECT_SECONDS = 0.5
_ANSWER_SECONDS = 2.0  # for one request; an app that is still busy starting is asked again
_REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_LONGEST_STATUS_LINE = 200


class _Sight(Enum):
    """How far the web command was seen to come."""

    NOTHING = auto()
    LISTENS = auto()
    ANSWERS = auto()


class _Watcher:
    """Looks at one port of this machine. Called several times a second; whether the app has answered."""

    def __init__(self, port: int) -> None:
        self.sight = _Sight.NOTHING
        self.status_line = ""
        self._port = port

    def __call__(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=_CONNECT_SECONDS) as connection:
                self.sight = _Sight.LISTENS
                connection.settimeout(_ANSWER_SECONDS)
                connection.sendall(_REQUEST)
                answer = connection.recv(_LONGEST_STATUS_LINE)
        except OSError:
            return False
        if answer.startswith(b"HTTP/"):
            self.sight = _Sight.ANSWERS
            self.status_line = answer.partition(b"\r\n")[0].decode("ascii", "replace")
        return self.sight is _Sight.ANSWERS


def check_boot(workshop: Workshop, recorder: Recorder, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
    """Raises BuildFailure `boot-check::…` when the app does not serve on `$PORT`; an app without `web` is skipped."""
    command = procfile_command(workshop.app, _PROCESS)
    if command is None:
        recorder.skip(STEP, _TITLE, absence(workshop.app, _PROCESS))
        return
    with recorder.step(STEP, _TITLE, command) as log:
        _boot(command, workshop, log, timeout_seconds)


def _boot(command: str, workshop: Workshop, log: StepLog, timeout_seconds: float) -> None:
    port = _free_port()
    watcher = _Watcher(port)
    began = time.monotonic()
    try:
        exit_code = workshop.run_until(
            ["bash", "-c", command],
            log.output,
            watcher,
            timeout_seconds=timeout_seconds,
            environment={"PORT": str(port)},
        )
    except BuildFailure as failure:
        code = "boot-check::no-answer" if watcher.sight is _Sight.LISTENS else "boot-check::not-listening"
        raise BuildFailure(code, f"{timeout_seconds:g} seconds") from failure
    log.exit_code = exit_code
    if exit_code is not None:
        raise BuildFailure("boot-check::exited", f"exit status {exit_code}")
    log.say(f"It listens on port {port} after {time.monotonic() - began:.1f} seconds and answers {watcher.status_line}")


def _free_port() -> int:
    """A port that nobody listens on now; commands of the app share this machine's network."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
