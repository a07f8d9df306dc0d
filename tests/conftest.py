"""What every test may use. Tests run as the application's role on a database of their own (tests/environment.py)."""

import ipaddress
import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase

from tests.chromium import found_chromium
from tests.databases import copy_template, drop_named, ensure_template
from tests.environment import database_name
from tests.live import LivePortal, running_portal
from tests.scenarios.builder.building import SITE_DATABASE, BuildSite, running_site

# What runs for a minute starts first, so that no worker is left alone with it at the end.
LONGEST = ("tests/ui", "tests/scenarios/installation", "tests/scenarios/builder", "tests/faults")
LONGEST_NAME_BYTES = 60


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with the longest tests first."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}

    def rank(item: pytest.Item) -> int:
        return next((ranks[name] for name in ranks if item.nodeid.startswith(f"{name}/")), len(ranks))

    items.sort(key=rank)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long bytes are named by their place: an archive holds the second it was made in, and all workers of a run have to
    collect the same names."""
    return argname if isinstance(val, bytes) and len(val) > LONGEST_NAME_BYTES else None


@pytest.fixture(scope="session")
def django_db_setup() -> Iterator[None]:
    """Instead of pytest-django's: the worker's database is a copy of the template, and is dropped at the end."""
    ensure_template()
    name = str(connections["default"].settings_dict["NAME"])
    copy_template(name)
    yield
    connections.close_all()
    drop_named(name)


def _replace_database(_case: TransactionTestCase) -> None:
    """After a test that commits: a new copy, where Django would empty the tables (which ours refuse)."""
    assert not connections["default"].in_atomic_block, "a test that commits shares a module or class with standing data"
    connections.close_all()
    copy_template(str(connections["default"].settings_dict["NAME"]))


TransactionTestCase._fixture_teardown = _replace_database  # type: ignore[attr-defined]


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection as the tables' owner, in autocommit, to the database that the test sees."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def live_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the module's own, empty but for the migrations; its tests see one another's data."""
    name = database_name(f"live_{uuid.uuid4().hex[:8]}")
    with running_portal(name, tmp_path_factory.mktemp("portal-home")) as portal:
        yield portal


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildSite]:
    """A portal with the interpreter of these tests on its stack `local`, and a cache of archives for its builds.

    All modules of a worker share it: they build apps of their own names and leave the table as it is.
    """
    name = database_name(f"site_{uuid.uuid4().hex[:8]}")
    with running_site(name, tmp_path_factory.mktemp("portal-home"), tmp_path_factory.mktemp("cache")) as site:
        yield site


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuildSite]:
    """The same for a module that changes the table or the accounts."""
    name = database_name(f"own_{uuid.uuid4().hex[:8]}")
    with running_site(name, tmp_path_factory.mktemp("portal-home"), tmp_path_factory.mktemp("cache")) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium that starts. Without one the test is skipped by name, and bin/test counts it."""
    program = found_chromium()
    if program is None:
        pytest.skip("no Chromium on this machine and none to be had")
    return program


@pytest.fixture(autouse=True)
def only_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests not marked `network` reach this machine alone; anything else would make them depend on the day."""
    if request.node.get_closest_marker("network") is not None:
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            host = str(address[0])
            if host != "localhost" and not _is_loopback(host):
                raise AssertionError(f"A test without the mark `network` connects to {host}.")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One plain sentence: how many tests ran, and how many were skipped by name."""
    counts = {word: len(terminalreporter.stats.get(word, [])) for word in ("passed", "failed", "error", "skipped")}
    ran = counts["passed"] + counts["failed"] + counts["error"]
    terminalreporter.write_line(
        f"{ran} tests ran: {counts['passed']} passed, {counts['failed'] + counts['error']} failed; "
        f"{counts['skipped']} were skipped by name."
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove this process's home folder, and the run's shared files when all its workers are done."""
    shutil.rmtree(os.environ["PORTAL_HOME"], ignore_errors=True)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        if (Path(os.environ["TEST_RUN_FOLDER"]) / SITE_DATABASE).exists():
            drop_named(database_name(SITE_DATABASE))
        shutil.rmtree(os.environ["TEST_RUN_FOLDER"], ignore_errors=True)
