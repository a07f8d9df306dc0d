"""Every change of an account or a token leaves a row that says who, from where, and cannot be rewritten."""

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.test import Client
from pytest_django import Settings

from portal.access.roles import Role
from portal.audit import audited
from portal.management.commands.migrate import append_only_tables
from portal.models import Token, User
from portal.services import create_staff_user, issue_token, revoke_token
from versions.domain.actor import Actor

PASSWORD = "a quiet afternoon in the library"


def events(name: str) -> list[tuple[str, dict[str, str] | None]]:
    model: type[Model] = apps.get_model("portal", name)
    rows = model._default_manager.order_by("pgh_id").values_list("pgh_label", "pgh_context")
    return [(label, context) for label, context in rows]


def test_shell_is_named(db: None) -> None:
    with audited(who="shell", path="manage.py token issue"):
        token, _text = issue_token(name="builder", scopes=["builds:write"], actor=Actor("shell"))
        revoke_token(token_id=token.pk)
    context = {"who": "shell", "address": "", "path": "manage.py token issue"}
    assert events("TokenEvent") == [("insert", context), ("update", context)]


def test_page_names_the_person_and_the_address(db: None) -> None:
    ada = create_staff_user(username="ada", password=PASSWORD, role=Role.ADMIN)
    vera = create_staff_user(username="vera", password=PASSWORD, role=Role.VIEWER)
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(ada)
    client.post(f"/admin/portal/user/{vera.pk}/change/", {"role": "publisher", "is_active": "on"})
    path = f"/admin/portal/user/{vera.pk}/change/"
    assert events("UserEvent")[-1] == ("update", {"who": "ada", "address": "192.0.2.7", "path": path})


def test_address_behind_a_proxy_is_what_the_proxy_saw(db: None, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    ada = create_staff_user(username="ada", password=PASSWORD, role=Role.ADMIN)
    client = Client(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.1, 192.0.2.9")
    client.force_login(ada)
    client.post(f"/admin/portal/user/{ada.pk}/change/", {"role": "admin", "is_active": "on", "email": "a@example.org"})
    context = events("UserEvent")[-1][1]
    assert context is not None
    assert context["address"] == "192.0.2.9"


def test_secrets_are_in_no_event(db: None) -> None:
    for name, hidden in (("UserEvent", {"password"}), ("TokenEvent", {"secret_digest"})):
        fields = {field.name for field in apps.get_model("portal", name)._meta.get_fields()}
        assert not fields & hidden


def test_sign_in_and_token_use_leave_no_event(db: None) -> None:
    user = create_staff_user(username="vera", password=PASSWORD, role=Role.VIEWER)
    Client().force_login(user)
    Token.objects.update(last_used_at=None)
    assert [label for label, _context in events("UserEvent")] == ["insert"]


def test_deleted_row_leaves_its_event(db: None) -> None:
    issue_token(name="builder", scopes=["builds:write"], actor=Actor("shell"))
    Token.objects.all().delete()
    assert [label for label, _context in events("TokenEvent")] == ["insert", "delete"]


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", sorted(append_only_tables()))
def test_application_cannot_rewrite_history(db: None, table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table).replace("pgh_label", "digest" if "revision" in table else "pgh_label"))


def test_owner_is_stopped_by_triggers(owner_connection: "psycopg.Connection[tuple[object, ...]]") -> None:
    create_staff_user(username="vera", password=PASSWORD, role=Role.VIEWER)
    for statement in ("UPDATE portal_userevent SET pgh_label = 'x'", "DELETE FROM portal_userevent"):
        with pytest.raises(psycopg.errors.RaiseException):
            owner_connection.execute(statement)
    assert User.objects.count() == 1


def test_application_cannot_change_tables(db: None) -> None:
    for statement in ("DROP TABLE portal_user", "CREATE TABLE mine (id int)", "DELETE FROM django_migrations"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
