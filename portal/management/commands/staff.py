"""`manage.py staff`: accounts from the shell. The first login of an installation is made here."""

import argparse
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.access.roles import Role
from portal.audit import audited
from portal.management.refusal_text import refusal_text
from portal.models import User
from portal.services import change_password, create_staff_user
from versions.domain.refusals import Refusal


class Command(BaseCommand):
    help = "Create staff accounts, change a password, list who there is."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make an account; the password is read from standard input")
        create.add_argument("name")
        create.add_argument("--role", choices=Role.values, default=Role.VIEWER)
        create.add_argument("--email", default="")
        create.add_argument("--password-stdin", action="store_true", required=True)
        create.add_argument("--read-logs", action=argparse.BooleanOptionalAction, help="may read build logs")
        create.add_argument("--if-missing", action="store_true", help="leave an existing account as it is")
        password = actions.add_parser("password", help="set a new password, read from standard input")
        password.add_argument("name")
        password.add_argument("--password-stdin", action="store_true", required=True)
        actions.add_parser("list", help="name, role and state of every account")

    def handle(self, *args: object, **options: object) -> None:
        action = str(options["action"])
        try:
            with audited(who="shell", path=f"manage.py staff {action}"):
                getattr(self, f"_{action}")(options)
        except Refusal as refusal:
            raise CommandError(refusal_text(refusal)) from refusal

    def _create(self, options: dict[str, object]) -> None:
        name, reads_logs = str(options["name"]), options["read_logs"]
        if options["if_missing"] and User.objects.filter(username__iexact=name).exists():
            self.stdout.write(f"There is an account called {name} already.")
            return
        create_staff_user(
            username=name,
            password=_password_from_stdin(),
            role=str(options["role"]),
            email=str(options["email"]),
            can_read_logs=reads_logs if isinstance(reads_logs, bool) else None,
        )
        self.stdout.write(f"Made the account {name} ({options['role']}).")

    def _password(self, options: dict[str, object]) -> None:
        user = change_password(username=str(options["name"]), password=_password_from_stdin())
        self.stdout.write(f"{user} has a new password.")

    def _list(self, _options: dict[str, object]) -> None:
        for user in User.objects.order_by("username"):
            logs = "reads logs" if user.can_read_logs else "no logs"
            state = "active" if user.is_active else "switched off"
            self.stdout.write(f"{user.username}  {user.role}  {logs}  {state}")


def _password_from_stdin() -> str:
    """One line; its end is not part of the password."""
    return sys.stdin.readline().rstrip("\r\n")
