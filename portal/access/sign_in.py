"""How allauth signs staff in: by account name and password, with nobody signing up by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

# The page that follows says as much.
_SUPERFLUOUS = frozenset({"account/messages/logged_in.txt", "account/messages/logged_out.txt"})


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by admins (`manage.py staff create`)."""
        del request
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in _SUPERFLUOUS:
            super().add_message(request, level, message_template, *args, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What wrong passwords are counted by: the account alone.

        The library adds the name under which the portal was asked, port included; that is the client's to choose, and
        each port would be worth five more guesses.
        """
        del request
        return str(credentials.get("username", "")).lower()
