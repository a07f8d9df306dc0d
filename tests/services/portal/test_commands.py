"""`manage.py staff` and `manage.py token`, as the installer calls them."""

import io

import pytest
from django.core.management import CommandError, call_command

from portal.models import Token, User

PASSWORD = "a quiet afternoon in the library"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> str:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_first_login_is_made_from_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "staff", "create", "ada", "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\r\n")
    ada = User.objects.get()
    assert (ada.username, ada.role, ada.can_read_logs, ada.check_password(PASSWORD)) == ("ada", "admin", True, True)


def test_second_run_leaves_the_account_alone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    create = ("staff", "create", "ada", "--password-stdin")
    run(monkeypatch, *create, typed=PASSWORD)
    run(monkeypatch, *create, "--if-missing", typed="another afternoon, in the garden")
    assert User.objects.get().check_password(PASSWORD)
    with pytest.raises(CommandError, match="exists already"):
        run(monkeypatch, *create, typed=PASSWORD)


def test_password_is_replaced_and_accounts_are_listed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "staff", "create", "vera", "--password-stdin", "--read-logs", typed=PASSWORD)
    run(monkeypatch, "staff", "password", "vera", "--password-stdin", typed="another afternoon, in the garden")
    assert not User.objects.get().check_password(PASSWORD)
    assert run(monkeypatch, "staff", "list") == "vera  viewer  reads logs  active\n"


def test_token_is_the_only_thing_printed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    text = run(
        monkeypatch, "token", "issue", "ci", "--scope", "builds:write", "--scope", "table:read", "--stack", "local"
    )
    token = Token.objects.get()
    assert text.startswith(f"{token.prefix}.")
    assert text.count("\n") == 1
    assert (token.scopes, token.stacks, token.expires_at) == (["table:read", "builds:write"], ["local"], None)


def test_token_is_replaced_revoked_and_listed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = ("token", "issue", "ci", "--scope", "builds:write", "--expires-days", "3")
    run(monkeypatch, *issue)
    with pytest.raises(CommandError, match="is in use"):
        run(monkeypatch, *issue)
    run(monkeypatch, *issue, "--replace")
    assert run(monkeypatch, "token", "list").startswith("ci  rp_")
    run(monkeypatch, "token", "revoke", "ci")
    assert run(monkeypatch, "token", "list") == ""
    with pytest.raises(CommandError, match="No token ci is known"):
        run(monkeypatch, "token", "revoke", "ci")


@pytest.mark.parametrize("days", ["0", "-1", "999999999"])
def test_token_expires_within_the_calendar(db: None, monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    with pytest.raises(CommandError, match="expires after"):
        run(monkeypatch, "token", "issue", "ci", "--scope", "builds:write", f"--expires-days={days}")
