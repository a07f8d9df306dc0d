"""What keeps bin/run and bin/manage from starting is told in one sentence, and nothing is left half-made."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.installation.home import Home
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]


def command(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command as bin/run and bin/manage start it, without any database of ours."""
    unwanted = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "TOKEN_PEPPERS")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    return subprocess.run(
        [sys.executable, "-m", "portal.installation", *arguments],
        env={**environment, "PORTAL_HOME": str(home), "PORT": str(free_port()), **variables},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_busy_port(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        outcome = command(tmp_path / "home", "run", PORT=port)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used (Address already in use); stop what ")
    assert outcome.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("word", ["eight", "0", "65536", "-1", "80 80", "٨٠"])
def test_a_port_that_is_none(tmp_path: Path, word: str) -> None:
    outcome = command(tmp_path / "home", "run", PORT=word)
    assert (outcome.returncode, outcome.stderr) == (1, f"PORT is {word!r}; write a number from 1 to 65535.\n")
    assert not (tmp_path / "home").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = command(tmp_path / "file" / "home", "run")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Cannot write to ")
    assert outcome.stderr.count("\n") == 1


def test_a_second_run_on_the_same_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.make()
    with home.locked("bin/run"):
        outcome = command(tmp_path, "run")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"bin/run (process {os.getpid()}) already uses {tmp_path}; stop it first, ")


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    outcome = command(tmp_path, "run", DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("The database that DATABASE_URL names cannot be reached: ")
    assert outcome.stderr.count("\n") == 1


def test_an_argument_too_many(tmp_path: Path) -> None:
    outcome = command(tmp_path, "run", "--fast")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("bin/run takes no arguments")


def test_managing_an_installation_that_does_not_exist(tmp_path: Path) -> None:
    outcome = command(tmp_path / "home", "manage", "check")
    assert outcome.stderr == f"There is no installation in {tmp_path / 'home'} yet; bin/run makes one.\n"
    assert outcome.returncode == 1
    assert not (tmp_path / "home").exists()


def test_no_python_that_is_new_enough(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "bin").mkdir(parents=True)
    # The same script, with its well-known places taken away: this machine has a new enough Python there.
    script = (ROOT / "bin/with-venv").read_text(encoding="utf-8").replace("/usr/bin/python3 /usr/local/bin/python3", "")
    (checkout / "bin/with-venv").write_text(script, encoding="utf-8")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("dirname", "sh"):
        (tools / name).symlink_to(f"/usr/bin/{name}")
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    outcome = subprocess.run(
        ["/bin/sh", str(checkout / "bin/with-venv"), "-c", "print()"],
        env={"PATH": str(tools), "HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("The portal needs Python 3.11 or newer and found none; install one, or name it: ")
    assert not (checkout / ".venv").exists()


def test_no_network_on_a_fresh_machine(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "portal/installation").mkdir(parents=True)
    source = ROOT / "portal/installation/environment.py"
    (checkout / "portal/installation/environment.py").write_bytes(source.read_bytes())
    (checkout / "requirements.txt").write_text("surely-no-such-package==1.0\n")
    closed = f"http://127.0.0.1:{free_port()}/simple"
    outcome = subprocess.run(
        [sys.executable, "-I", str(checkout / "portal/installation/environment.py"), "-c", "print()"],
        env={"PATH": os.defpath, "PIP_INDEX_URL": closed, "PIP_CONFIG_FILE": os.devnull, "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[-1] == (
        "The package index cannot be reached, so the packages in requirements.txt could not be installed; "
        "check the network and run this again."
    )
    assert not (checkout / ".venv").exists()
