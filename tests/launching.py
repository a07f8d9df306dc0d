"""What bin/test runs: a throw-away PostgreSQL, a Chromium if one can be had, then pytest with two workers."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from portal.installation.postgres.cluster import Cluster, Credentials
from portal.installation.postgres.roles import APPLICATION, OWNER, application_address, owner_address, prepare_roles
from portal.installation.progress import say, stage
from portal.installation.trouble import InstallationTrouble
from tests.chromium import found_chromium, install_chromium

ROOT = Path(__file__).resolve().parents[1]
WORKERS = "2"
ALL = "--all"
REACH_SECONDS = 10


@contextlib.contextmanager
def throw_away_server() -> Iterator[dict[str, str]]:
    """Variables that name a PostgreSQL server for the run; one in DATABASE_URL is used as it is."""
    if os.environ.get("DATABASE_URL"):
        with stage("Reaching the database server that DATABASE_URL names"):
            refuse_useless_server(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
        yield {}
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-test-db-"))
    cluster = Cluster(
        folder / "postgres",
        log=folder / "postgres.log",
        credentials=Credentials("super", "same", "same"),
        is_durable=False,
    )
    try:
        with stage("Starting a throw-away PostgreSQL"):
            cluster.start()
            prepare_roles(cluster)
            with psycopg.connect(cluster.superuser_address(), autocommit=True) as connection:
                # The owner makes a database for each worker, and drops one while the application is still connected.
                connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
                connection.execute(f"GRANT {APPLICATION} TO {OWNER}")
        yield {"DATABASE_OWNER_URL": owner_address(cluster), "DATABASE_URL": application_address(cluster)}
    finally:
        elsewhere = cluster.place.folder
        cluster.stop()
        shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def refuse_useless_server(address: str) -> None:
    """Raises InstallationTrouble when the server is away, or its user may not make a database for each worker."""
    may_make = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    try:
        with psycopg.connect(address, connect_timeout=REACH_SECONDS) as connection:
            row = connection.execute(may_make).fetchone()
    except psycopg.Error as error:
        raise InstallationTrouble(f"The database server cannot be reached: {' '.join(str(error).split())}") from error
    if row != (True,):
        raise InstallationTrouble(
            "The tests make databases of their own, which this user may not; as the server's administrator: "
            "ALTER ROLE … CREATEDB, and where DATABASE_OWNER_URL is not set also CREATEROLE."
        )


def wants_browser(arguments: list[str]) -> bool:
    """Whether this run may reach tests/ui; a run of other named files needs no Chromium."""
    named = [argument for argument in arguments if argument.startswith("tests")]
    return not named or any(
        "ui" in Path(name.partition("::")[0]).parts or name.rstrip("/") == "tests" for name in named
    )


def pytest_command(arguments: list[str]) -> list[str]:
    """pytest with two workers, unless the caller says how many; whole runs leave the long tests out without --all."""
    has_workers = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    workers = [] if has_workers else ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]
    named = [argument for argument in arguments if argument != ALL]
    is_choosy = any(argument.startswith(("tests", "-m", "-k")) for argument in named)
    chosen = [] if ALL in arguments or is_choosy else ["-m", "not long"]
    return [sys.executable, "-m", "pytest", *workers, *chosen, *named]


def main(arguments: list[str]) -> int:
    """pytest's own exit status."""
    os.chdir(ROOT)
    if wants_browser(arguments) and found_chromium() is None:
        with stage("Looking for a Chromium for the browser tests"):
            install_chromium()
        if found_chromium() is None:
            say("  No Chromium can be had: the browser tests are skipped by name.")
    try:
        with throw_away_server() as server:
            process = subprocess.Popen(pytest_command(arguments), env={**os.environ, **server})
            # Ctrl-C reaches pytest too; it ends first and we clean up after it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return process.wait()
    except InstallationTrouble as trouble:
        say(str(trouble))
        return 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
