"""Keeps an installation's processes running: starts them, starts again what dies, and stops all of them in order."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.installation.home import ROOT
from portal.installation.postgres.identity import with_death_signal
from portal.installation.progress import say

LONGEST_PAUSE_SECONDS = 30
STEADY_SECONDS = 60  # a process that lived this long starts again without a pause
STOP_SECONDS = 15
LOOK_SECONDS = 0.2


class Stopping(BaseException):
    """Somebody asked us to end: Ctrl-C, SIGTERM or a closed terminal. Not an Exception, so that nothing swallows it."""


def stop_on_signals() -> None:
    """Turn the signals that end a program into Stopping, wherever we are."""

    def stop(_number: int, _frame: object) -> None:
        raise Stopping

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """From here on we are ending, and a second Ctrl-C must not interrupt that half-way."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@dataclass(slots=True)
class Child:
    """One process; `is_lasting` ones are started again whenever they end."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    is_lasting: bool = True
    death_signal: str = "TERM"  # what it gets from the kernel when we are killed
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0  # monotonic seconds
    pause_seconds: float = 1.0
    due: float = 0.0  # monotonic seconds; when it may start again

    def start(self) -> None:
        """Start in a session of its own: a Ctrl-C on the terminal reaches us alone, and we stop it in order."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*with_death_signal(self.death_signal), *self.command],
                cwd=ROOT, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.started = time.monotonic()

    def signal_group(self, number: int) -> None:
        """Send the signal to the process and all that it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def ask_to_stop(self) -> None:
        """Send SIGTERM, without waiting."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self) -> None:
        """Give it its time after ask_to_stop; then make it and all that it left behind end."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=STOP_SECONDS)
        self.signal_group(signal.SIGKILL)
        self.process.wait()
        self.process = None


@dataclass(slots=True)
class Supervisor:
    """The children in the order in which they are started; they are stopped the other way round."""

    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> None:
        """Start the child and look after it from now on."""
        self.children.append(child)
        child.start()

    def watch(self, also: Callable[[], None]) -> None:
        """Look after the children until Stopping is raised; `also` runs at every look."""
        while True:
            for child in self.children:
                self._look_at(child)
            also()
            time.sleep(LOOK_SECONDS)

    def _look_at(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if child.due and now >= child.due:
                child.due = 0.0
                child.start()
            return
        status = child.process.poll()
        if status is None:
            return
        child.signal_group(signal.SIGKILL)  # workers that it left behind would hold its port
        child.process = None
        if not child.is_lasting:
            return
        child.pause_seconds = next_pause(child.pause_seconds, lived_seconds=now - child.started)
        child.due = now + child.pause_seconds
        say(
            f"The {child.name} ended (status {status}); it starts again in {child.pause_seconds:.0f} s."
            f" Its log: {child.log}"
        )

    def stop(self) -> None:
        """Stop all children, the last started first. None of them needs another in order to end."""
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.end()
        self.children.clear()


def next_pause(previous_seconds: float, *, lived_seconds: float) -> float:
    """Seconds to wait before starting again: twice the last pause, or one after a steady life."""
    return 1.0 if lived_seconds >= STEADY_SECONDS else min(previous_seconds * 2, LONGEST_PAUSE_SECONDS)
