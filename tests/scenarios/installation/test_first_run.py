"""A whole first run with this machine's own Python, cut short once, continued, and started again."""

import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 170
# Says that it is the release which runs these tests, from a folder that is looked at before the real one.
MOVED = {
    "version": platform.python_version(), "level": "final", "prefix": "/0-moved", "is_venv": False,
    "implementation": "CPython", "machine": platform.machine().lower(), "bits": 64, "has_gil": True,
}  # fmt: skip


@dataclass(slots=True)
class Run:
    """A started bin/run; `lines` is what it printed so far."""

    process: "subprocess.Popen[str]"
    lines: list[str]

    def read_until(self, pattern: str) -> str:
        """The first further line that matches; what bin/run printed is the error when none does."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if re.search(pattern, line):
                return line.rstrip("\n")
        raise AssertionError("\n".join(self.lines))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit status after the signal."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=START_SECONDS)
        self.lines += output.splitlines()
        return self.process.returncode


@contextmanager
def started(environment: dict[str, str]) -> Iterator[Run]:
    """bin/run, killed at the end if the test did not stop it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.installation", "run"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield Run(process, [])
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine without HOME, with the system's programs and our Python on its PATH, and a Python that only talks."""
    moved = tmp_path / "pyenv/versions/moved/bin/python3"
    moved.parent.mkdir(parents=True)
    moved.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(MOVED)}\nEND\n")
    moved.chmod(0o755)
    return {
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "PATH": f"{Path(sys.executable).parent}:{sys.base_prefix}/bin:/usr/bin:/bin",
        "PORTAL_HOME": str(tmp_path / "home"),
        "PORT": str(free_port()),
        "LC_ALL": "C",
        "HOME": str(tmp_path / "not-there"),
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    outcome = subprocess.run(
        [sys.executable, "-m", "portal.installation", "manage", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def processes_of(home: Path) -> list[str]:
    """Command lines of running processes that know this home."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(home) in known and int(folder.name) != os.getpid():
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


@pytest.mark.network
@pytest.mark.timeout(600)
def test_a_first_run_is_cut_short_continues_and_starts_again(environment: dict[str, str]) -> None:
    home = Path(environment["PORTAL_HOME"])
    with started(environment) as run:
        run.read_until("Looking for Python interpreters")
        assert run.stop() == 0
    assert processes_of(home) == []

    with started(environment) as run:
        command = run.read_until("PORTAL_TOKEN=")
        address = f"http://127.0.0.1:{environment['PORT']}"
        assert command.endswith(" -m builds.builder build examples/hello-flask --app hello-flask --stack local")
        assert f"PORTAL_URL={address} PORTAL_TOKEN=$(cat {home}/builder-token)" in command
        assert f"The portal is ready: {address}" in run.lines
        version = platform.python_version()
        told = [line.split()[1:] for line in run.lines if line.split()[:1] == [version]]
        assert [words[:3] for words in told] == [
            ["/0-moved:", "left", "out,"],
            [f"{sys.base_prefix}:", "packed", "and"],
        ]
        with urllib.request.urlopen(f"{address}/exports/docs.md") as answer:
            assert "3.12" in answer.read().decode()
        for name in ("first-login", "builder-token", "keys.json"):
            assert (home / name).stat().st_mode & 0o777 == 0o600
        assert re.fullmatch(r"admin:\S{16}\n", (home / "first-login").read_text())
        assert manage(environment, "table", "diff").startswith("+ local ")
        assert run.stop(signal.SIGINT) == 0
    assert processes_of(home) == []
    before = (
        (home / "keys.json").read_text(),
        (home / "first-login").read_text(),
        manage(environment, "table", "export"),
    )

    with started(environment) as run:
        run.read_until("PORTAL_TOKEN=")
        assert not any("Publishing" in line or "Packing" in line for line in run.lines)
        run.process.kill()
        run.process.wait()
    deadline = time.monotonic() + 60
    while processes_of(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(home) == []
    after = (home / "keys.json").read_text(), (home / "first-login").read_text(), manage(environment, "table", "export")
    assert after == before
