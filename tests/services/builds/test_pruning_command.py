"""`manage.py prune_builds`: counts, deletes when told to, and says in a sentence that the database is away."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from pytest_django import Settings

from builds.domain.retention import RetentionPolicy
from builds.models import App, Build
from tests.pages.published import report_builds


def pruned(*arguments: str) -> str:
    out = io.StringIO()
    call_command("prune_builds", *arguments, stdout=out)
    return out.getvalue()


def test_builds_are_counted_and_deleted_only_when_told(db: None, settings: Settings) -> None:
    settings.RETENTION_POLICY = RetentionPolicy(builds_an_app=1)
    report_builds(3, status="failed", failure_code="hooks::pre_compile")
    App.objects.update(last_build_number=3)  # as whoever makes builds keeps it
    assert pruned().startswith("2 builds would be deleted: 0 by age, 2 by number, 0 by size")
    assert Build.objects.count() == 3
    assert pruned("--delete").startswith("2 builds deleted")
    assert Build.objects.get().number == 3


def test_a_database_that_is_away_is_one_sentence(db: None) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("the server closed the connection\nand more")

    with (
        connection.execute_wrapper(away),
        pytest.raises(CommandError, match=r"^The database can't be used: the server closed the connection$"),
    ):
        pruned()
