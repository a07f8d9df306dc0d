"""Tests see what the portal sees: the application's role, append-only tables, and a database of their own."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from portal.models import User
from tests.databases import ROOT


@pytest.mark.django_db
def test_tests_run_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("portal_app", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE versions_revision SET message = ''",
        "DELETE FROM versions_revision",
        "TRUNCATE versions_revision",
        "CREATE TABLE mine (value integer)",
        "DELETE FROM django_migrations",
    ],
)
def test_the_application_may_not_rewrite_history(statement: str) -> None:
    with (
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_test_that_commits_leaves_nothing_to_the_next(
    attempt: int, owner_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    assert not User.objects.exists()
    User.objects.create(username="left over")
    assert owner_connection.execute("SELECT count(*) FROM portal_user").fetchone() == (1,)


def test_a_server_that_is_away_is_one_sentence_before_any_test() -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.launching", "tests/unit/versions/test_version.py"],
        cwd=ROOT, env={**os.environ, "DATABASE_OWNER_URL": "postgresql://nobody@127.0.0.1:1/nothing"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 1
    assert "The database server cannot be reached: " in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr
