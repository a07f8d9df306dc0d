"""Children start again when they die, and nothing of them is left when they are stopped."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from portal.installation.supervision import Child, Stopping, Supervisor, next_pause

PARENT = """
import subprocess, sys, time
stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", stubborn])
print(child.pid, flush=True)
time.sleep(600)
"""


def child(tmp_path: Path, script: str) -> Child:
    return Child("program", [sys.executable, "-c", script], os.environ, tmp_path / "log")


def is_alive(number: int) -> bool:
    """Whether the process runs; a zombie doesn't."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def first_line(path: Path) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        text = path.read_text() if path.exists() else ""
        if "\n" in text:
            return text.splitlines()[0]
        time.sleep(0.02)
    raise AssertionError(f"nothing appeared in {path}")


def test_stopping_ends_what_the_child_started_too(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.add(child(tmp_path, PARENT))
    grandchild = int(first_line(tmp_path / "log"))
    assert is_alive(grandchild)
    supervisor.stop()
    deadline = time.monotonic() + 30
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(grandchild)


def test_a_child_that_dies_starts_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    patient = child(tmp_path, "import time; time.sleep(600)")
    supervisor.add(patient)
    assert patient.process is not None
    first = patient.process.pid
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 60

    def until_it_runs_again() -> None:
        if (patient.process is not None and patient.process.pid != first) or time.monotonic() > deadline:
            raise Stopping

    with pytest.raises(Stopping):
        supervisor.watch(until_it_runs_again)
    assert patient.process is not None
    assert patient.process.pid != first
    assert "The program ended (status -9); it starts again in 2 s." in capsys.readouterr().out
    supervisor.stop()


def test_a_child_that_is_done_stays_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor()
    once = child(tmp_path, "print('done')")
    once.is_lasting = False
    supervisor.add(once)
    looks = 0

    def a_few_looks_after_its_end() -> None:
        nonlocal looks
        looks += once.process is None
        if looks > 2:
            raise Stopping

    with pytest.raises(Stopping):
        supervisor.watch(a_few_looks_after_its_end)
    assert once.due == 0
    assert capsys.readouterr().out == ""
    supervisor.stop()


@pytest.mark.parametrize(
    ("previous", "lived", "pause"), [(1, 0, 2), (2, 5, 4), (16, 5, 30), (30, 59, 30), (30, 60, 1), (1, 3600, 1)]
)
def test_pauses_grow_and_a_steady_life_forgives(previous: float, lived: float, pause: float) -> None:
    assert next_pause(previous, lived_seconds=lived) == pause
