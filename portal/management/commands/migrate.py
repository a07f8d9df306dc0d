"""`migrate` as the tables' owner, then the rights of the application's role.

The web and worker processes run as a role that can neither change tables nor rewrite what must stay as it was:
revisions and audit events. With one role for both, the append-only triggers still stand.
"""

from django.apps import apps
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import DEFAULT_DB_ALIAS, connections
from pghistory.models import Event
from psycopg import sql

OWNER_ALIAS = "owner"
APPEND_ONLY_TABLES = frozenset({"versions_revision"})


class Command(MigrateCommand):
    def handle(self, *args: str, **options: object) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and _owns_the_same_database():
            options["database"] = OWNER_ALIAS
        super().handle(*args, **options)
        if options["database"] == OWNER_ALIAS and not (options["plan"] or options["check_unapplied"]):
            grant_application_rights()


def _owns_the_same_database() -> bool:
    """False while a test database is being made: the owner's settings still name the real one."""
    if OWNER_ALIAS not in connections:
        return False
    owner, application = (connections[alias].settings_dict for alias in (OWNER_ALIAS, DEFAULT_DB_ALIAS))
    return all(owner[key] == application[key] for key in ("NAME", "HOST", "PORT"))


def append_only_tables() -> frozenset[str]:
    """Tables that are only ever added to: named ones, and every audit event table."""
    events = {model._meta.db_table for model in apps.get_models() if issubclass(model, Event)}  # noqa: SLF001
    return APPEND_ONLY_TABLES | events


def grant_application_rights() -> None:
    """Idempotent: takes everything back and gives what is needed, so that a dropped right is dropped everywhere."""
    connection = connections[OWNER_ALIAS]
    role = connections[DEFAULT_DB_ALIAS].settings_dict["USER"]
    if not role or role == connection.settings_dict["USER"]:
        return
    name = sql.Identifier(role)
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for statement in (
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "REVOKE CREATE ON SCHEMA public FROM {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
        for table in sorted(append_only_tables() & existing):
            cursor.execute(
                sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}").format(
                    table=sql.Identifier(table), role=name
                )
            )
        cursor.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}").format(role=name))
