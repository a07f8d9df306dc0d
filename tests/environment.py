"""Pytest plug-in that names every test process its own database before Django reads its settings.

The server is the one in DATABASE_URL (bin/test starts a throw-away one). Its user must be allowed to make databases;
it owns the tables, while the tests themselves run as the application's role, as the portal does.
"""

import os
import tempfile
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

import pytest

APPLICATION_ROLE = "portal_app"
# A test run must not depend on how the person who runs it configured a portal of their own.
UNWANTED = (
    "DEBUG",
    "ALLOWED_HOSTS",
    "TABLE_REQUIRES_TOKEN",
    "PUBLIC_URL",
    "PORT",
    "PORTAL_URL",
    "PORTAL_TOKEN",
    "PORTAL_ACTOR",
    "CELERY_QUEUE",
    "STATIC_ROOT",
    "TRUSTED_PROXY_COUNT",
    "WEB_CONCURRENCY",
)


def with_role(address: str, role: str) -> str:
    """The same address for another role with the same password."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    password = "" if parts.password is None else f":{parts.password}"
    return parts._replace(netloc=f"{quote(role)}{password}@{host}").geturl()


def with_name(address: str, name: str) -> str:
    """The same address for another database."""
    parts: SplitResult = urlsplit(address)
    return parts._replace(path=f"/{name}").geturl()


def prepare_environment() -> None:
    """Set the variables of this test process; the first process keeps the server's addresses for its workers."""
    server = os.environ.get("TEST_OWNER_URL") or os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    if not server:
        raise pytest.UsageError("DATABASE_URL names no PostgreSQL server to test on; bin/test starts one by itself.")
    os.environ["TEST_OWNER_URL"] = server
    if "TEST_APPLICATION_URL" not in os.environ:
        has_both = "DATABASE_OWNER_URL" in os.environ and "DATABASE_URL" in os.environ
        os.environ["TEST_APPLICATION_URL"] = (
            os.environ["DATABASE_URL"] if has_both else with_role(server, APPLICATION_ROLE)
        )
    os.environ.setdefault("TEST_RUN", str(os.getpid()))
    if "TEST_RUN_FOLDER" not in os.environ:
        os.environ["TEST_RUN_FOLDER"] = tempfile.mkdtemp(prefix="portal-test-run-")
    name = database_name(os.environ.get("PYTEST_XDIST_WORKER", "main"))
    os.environ["DATABASE_OWNER_URL"] = with_name(server, name)
    os.environ["DATABASE_URL"] = with_name(os.environ["TEST_APPLICATION_URL"], name)
    for variable in UNWANTED:
        os.environ.pop(variable, None)
    os.environ["SECRET_KEY"] = "a key that guards nothing but tests and is long enough for Django's own checks"
    os.environ["TOKEN_PEPPERS"] = "test:7065707065722074686174206e6f626f647920656c73652068617321212121"
    home = Path(tempfile.mkdtemp(prefix="portal-test-home-"))
    os.environ["PORTAL_HOME"] = str(home)
    # In a clean clone nothing is collected yet, and the middleware for static files warns of a folder that is missing.
    (home / "static").mkdir()
    os.environ["STATIC_ROOT"] = str(home / "static")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"


def database_name(suffix: str) -> str:
    """`test_{database}_{process of the run}_{suffix}`, so that two runs on one server never meet."""
    return f"{database_prefix()}_{os.environ['TEST_RUN']}_{suffix}"


def database_prefix() -> str:
    """What the databases of all runs on this address begin with."""
    return f"test_{urlsplit(os.environ['TEST_OWNER_URL']).path.strip('/')}"


prepare_environment()
