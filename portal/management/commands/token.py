"""`manage.py token`: API tokens from the shell. A builder's first token is made here."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.access.scopes import Scope
from portal.audit import audited
from portal.management.refusal_text import refusal_text
from portal.models import Token
from portal.services import issue_token, revoke_token
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal

LAST_DAY = 365_000  # days; later dates fit no calendar


class Command(BaseCommand):
    help = "Issue, revoke and list API tokens."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        issue = actions.add_parser("issue", help="make a token and print it, this once, on a line of its own")
        issue.add_argument("name")
        issue.add_argument("--scope", action="append", choices=Scope.values, required=True, help="repeat for several")
        issue.add_argument("--stack", action="append", default=[], help="repeat for several; none: every stack")
        issue.add_argument("--expires-days", type=int, help="none: it does not expire")
        issue.add_argument("--replace", action="store_true", help="revoke the present token of that name first")
        revoke = actions.add_parser("revoke", help="end a token for good")
        revoke.add_argument("name")
        actions.add_parser("list", help="name, scopes, stacks and state of every token that is not revoked")

    def handle(self, *args: object, **options: object) -> None:
        action = str(options["action"])
        try:
            with audited(who="shell", path=f"manage.py token {action}"):
                getattr(self, f"_{action}")(options)
        except Refusal as refusal:
            raise CommandError(refusal_text(refusal)) from refusal

    def _issue(self, options: dict[str, object]) -> None:
        days = options["expires_days"]
        if isinstance(days, int) and not 1 <= days <= LAST_DAY:
            raise CommandError(f"A token expires after 1 to {LAST_DAY} days.")
        scopes, stacks = options["scope"], options["stack"]
        assert isinstance(scopes, list)
        assert isinstance(stacks, list)
        _token, text = issue_token(
            name=str(options["name"]),
            scopes=scopes,
            stacks=stacks,
            expires_at=timezone.now() + timedelta(days=days) if isinstance(days, int) else None,
            actor=Actor("shell"),
            is_replacement=bool(options["replace"]),
        )
        self.stdout.write(text)

    def _revoke(self, options: dict[str, object]) -> None:
        token = Token.objects.unrevoked().filter(name=str(options["name"])).first()
        if token is None:
            raise Refusal("token::unknown", token=options["name"])
        revoke_token(token_id=token.pk)
        self.stdout.write(f"Revoked {token.name}.")

    def _list(self, _options: dict[str, object]) -> None:
        for token in Token.objects.unrevoked().order_by("name"):
            stacks = ",".join(token.stacks) or "every stack"
            expiry = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
            self.stdout.write(f"{token.name}  {token.prefix}  {','.join(token.scopes)}  {stacks}  {expiry}")
