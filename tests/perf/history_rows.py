"""A history to measure on, made once for all goals that need one: first small, then as large as asked for."""

import os
import statistics
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client

from builds.models import Build
from builds.querysets import Place
from builds.selectors.cursors import cursor_of
from builds.services.rolling_up import refresh_groups, roll_up_hours
from builds.services.seeding import seed_builds
from portal.models import User
from portal.services import create_staff_user
from tests.tables import shipped_table
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.selectors.published import current_number
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

SMALL_BUILDS = 10_000
BUILDS = int(os.environ.get("BENCH_BUILDS", "100000"))
ROUNDS = 15
_SETTLED_TABLES = ("builds_build", "builds_step", "builds_app", "builds_logchunk", "builds_buildhourcount")


@cache
def small_figures() -> dict[str, float]:
    """Median milliseconds of every list with 10,000 builds, taken before there are more."""
    _grow_to(SMALL_BUILDS)
    return {name: milliseconds(address) for name, address in lists().items()}


@cache
def full_history() -> int:
    """How many builds there are from now on."""
    small_figures()
    _grow_to(BUILDS)
    return Build.objects.count()


def lists() -> dict[str, str]:
    """The list of builds under every filter and some of their combinations, and deep in it."""
    deep = Build.objects.order_by("created_at", "id")[SMALL_BUILDS // 50]
    stack, series = deep.stack, f"{deep.python_major}.{deep.python_minor}"
    queries = {
        "all": "", "status": "status=failed", "rare status": "status=lost", "stack": f"stack={stack}",
        "series": f"python={series}", "release": f"python={deep.python_version}", "app": f"app={deep.app.name}",
        "part of a name": "q=seed-1", "failure": "failure=install-dependencies::pip", "week": "range=7d",
        "stack and series": f"stack={stack}&python={series}",
        "stack, series, status": f"stack={stack}&python={series}&status=failed",
        "failure and stack": f"failure=hooks::pre_compile&stack={stack}", "nothing": "stack=none",
    }  # fmt: skip
    cursor = cursor_of(Place(deep.created_at, deep.pk))
    deeper = {f"{name}, deep": f"{query}&cursor={cursor}" for name, query in queries.items() if name != "nothing"}
    return {name: f"/builds/?{query}" for name, query in {**queries, **deeper}.items()}


def milliseconds(address: str, headers: dict[str, str] | None = None) -> float:
    """The median of a page's server time: what this process and its database connection's computed for it.

    With `headers` a program reads it, else a member of staff.
    """
    client = Client(SERVER_NAME="127.0.0.1", headers=headers) if headers else _reader()
    return median_milliseconds(lambda: _read(client, address))


def median_milliseconds(work: Callable[[], object]) -> float:
    for _warming in range(2):
        work()
    process = _backend()
    taken = []
    for _ in range(ROUNDS):
        started, elsewhere = time.process_time(), _computed(process)
        work()
        taken.append(time.process_time() - started + _computed(process) - elsewhere)
    return statistics.median(taken) * 1000


def _read(client: Client, address: str) -> None:
    reply = client.get(address)
    assert reply.status_code == 200, (address, reply.status_code)


@cache
def _reader() -> Client:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # nothing was collected here
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(
        User.objects.filter(username="meter").first()
        or create_staff_user(username="meter", password=os.urandom(12).hex(), role="admin", can_read_logs=True)
    )
    return client


def _grow_to(builds: int) -> None:
    """Adds what is missing, and leaves the tables as a database has them that has had the time to settle."""
    if current_number() is None:
        import_table(document=table_document(shipped_table("2026-08-current")))
        publish_pending(message="to measure on", actor=Actor("bench"))
    missing = builds - Build.objects.count()
    if missing > 0:
        seed_builds(count=missing)
        roll_up_hours()
        refresh_groups()
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for table in _SETTLED_TABLES:
            owner.execute(f"VACUUM ANALYZE {table}")


def _backend() -> Path:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _computed(process: Path) -> float:
    """CPU seconds of the database's process so far; 0 where it runs on another machine or says nothing."""
    try:
        return int(process.read_text(encoding="ascii").split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
