"""Databases of the tests: one template, migrated once for each state of the migrations, and quick copies of it.

Append-only tables refuse TRUNCATE, so a test that commits cannot be cleaned up after; it gets a fresh copy instead.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from tests.environment import APPLICATION_ROLE, database_prefix, with_name

ROOT = Path(__file__).resolve().parents[1]
LOCK_NUMBER = 727_001  # any number of our own: one process at a time makes the template


def server() -> "psycopg.Connection[tuple[object, ...]]":
    """A connection that can make and drop databases."""
    return psycopg.connect(os.environ["TEST_OWNER_URL"], autocommit=True)


def template_name() -> str:
    """Changes with whatever decides what a migrated database looks like."""
    state = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        state.update(path.name.encode() + path.read_bytes())
    for name in ("requirements.txt", "portal/management/commands/migrate.py", "portal/settings.py"):
        state.update((ROOT / name).read_bytes())
    return f"{database_prefix()}_template_{state.hexdigest()[:12]}"


def ensure_template() -> str:
    """Name of the migrated template, made under a lock when no run made it before."""
    name = template_name()
    with server() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        names = _database_names(connection)
        if name not in names:
            drop_stale(connection, names)
            _ensure_application_role(connection)
            unfinished = f"{name}_unfinished"
            drop(connection, unfinished)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            _migrate(unfinished)
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
            )
    return name


def _database_names(connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [database_prefix()])
    return [str(name) for (name,) in rows]


def drop_stale(connection: "psycopg.Connection[tuple[object, ...]]", names: list[str]) -> None:
    """Drop templates of other states, and copies whose run is gone."""
    for name in names:
        run = name.removeprefix(f"{database_prefix()}_").partition("_")[0]
        if run == "template" or (run.isdigit() and not Path(f"/proc/{run}").exists()):
            drop(connection, name)


def _ensure_application_role(connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Where the caller named one address alone, the application's role is made with that address's password."""
    parts = urlsplit(os.environ["TEST_APPLICATION_URL"])
    if unquote(parts.username or "") != APPLICATION_ROLE:
        return
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE]).fetchone():
        role = sql.Identifier(APPLICATION_ROLE)
        password = sql.Literal(unquote(parts.password)) if parts.password else sql.SQL("NULL")
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
        # A database is dropped while the application may still be connected to it; only a member may end that.
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))


def _migrate(name: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": with_name(os.environ["TEST_APPLICATION_URL"], name),
        "DATABASE_OWNER_URL": with_name(os.environ["TEST_OWNER_URL"], name),
    }
    outcome = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if outcome.returncode != 0:
        raise RuntimeError(f"The template database could not be migrated:\n{outcome.stdout}{outcome.stderr}")


def copy_template(name: str, template: str = "") -> None:
    """A fresh database of this name; one that has the name already is dropped with whoever is connected to it.

    It is a copy of `template`, to which nobody may be connected, or of the migrated, empty one.
    """
    template = template or ensure_template()
    with server() as connection:
        drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def drop(connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
    """Drop the database if it exists, with whoever is connected to it."""
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_named(*names: str) -> None:
    """Drop these databases."""
    with server() as connection:
        for name in names:
            drop(connection, name)
