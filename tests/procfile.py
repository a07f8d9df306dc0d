"""The command lines of Procfile, started as a platform starts them: by a shell, in the app's root folder."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

STOP_SECONDS = 30


def procfile_command(name: str, root: Path) -> str:
    """The shell line of the process type `name`."""
    lines = (root / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)[name]


@contextmanager
def started(name: str, root: Path, environment: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The process of that type in a session of its own; ended with all that it started."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {procfile_command(name, root)}"],
            cwd=root, env=dict(environment), stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
        process.terminate()
        process.wait(timeout=STOP_SECONDS)
    finally:
        kill_all(process)


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """kill -9 of the process and of all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
