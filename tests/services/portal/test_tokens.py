"""API tokens: what is kept of them, and for how long they hold."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from portal.access.secrets import new_token_text, parse_token_text, secret_digest
from portal.models import Token
from portal.services import issue_token, note_token_use, revoke_token
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal

SHELL = Actor("shell")


def issue(name: str = "builder", *, is_replacement: bool = False) -> tuple[Token, str]:
    return issue_token(name=name, scopes=["builds:write"], actor=SHELL, is_replacement=is_replacement)


def test_secret_is_nowhere_in_the_row(db: None) -> None:
    _token, text = issue()
    prefix, _dot, secret = text.partition(".")
    row = Token.objects.values().get(prefix=prefix)
    assert secret not in repr(row)
    assert row["secret_digest"] == secret_digest(secret, pepper_id=row["pepper_id"])


def test_two_tokens_never_look_alike() -> None:
    texts = {str(new_token_text()) for _number in range(200)}
    assert len(texts) == 200
    assert all(parse_token_text(text) is not None for text in texts)


@pytest.mark.parametrize("text", ["", ".", "rp_x", "rp_x.", "x.y", "rp_x.\u00e9", "rp_x." + "y" * 300, "rp_\ud800.y"])
def test_text_that_is_no_token(text: str) -> None:
    assert parse_token_text(text) is None


def test_digest_depends_on_the_pepper(settings: Settings) -> None:
    settings.TOKEN_PEPPERS = {"new": "n" * 64, "old": "o" * 64}
    assert secret_digest("s", pepper_id="new") != secret_digest("s", pepper_id="old")
    assert secret_digest("s", pepper_id="forgotten") is None


def test_name_in_use_is_refused_and_replaced_on_request(db: None) -> None:
    first, _text = issue()
    with pytest.raises(Refusal) as refusal:
        issue()
    assert refusal.value.code == "token::name-taken"
    second, _text = issue(is_replacement=True)
    first.refresh_from_db()
    assert first.revoked_at is not None
    assert list(Token.objects.unrevoked()) == [second]


@pytest.mark.parametrize(
    ("name", "scopes", "stacks", "place"),
    [
        ("Bad Name", ["builds:write"], [], "name"),
        ("", ["builds:write"], [], "name"),
        ("x", [], [], "scopes"),
        ("x", ["everything"], [], "scopes"),
        ("x", ["builds:write"], ["No Stack"], "stacks"),
        ("x", ["builds:write"], ["a\0b"], "stacks"),
    ],
)
def test_faulty_token_is_refused(db: None, name: str, scopes: list[str], stacks: list[str], place: str) -> None:
    with pytest.raises(Refusal) as refusal:
        issue_token(name=name, scopes=scopes, stacks=stacks, actor=SHELL)
    assert [fault.place for fault in refusal.value.faults] == [place]
    assert not Token.objects.exists()


def test_database_knows_the_scopes_too(db: None) -> None:
    token, _text = issue()
    for scopes in (["everything"], []):
        with pytest.raises(IntegrityError), transaction.atomic():
            Token.objects.filter(pk=token.pk).update(scopes=scopes)


def test_revoking_twice_keeps_the_first_instant(db: None) -> None:
    token, _text = issue()
    revoked_at = revoke_token(token_id=token.pk).revoked_at
    assert revoke_token(token_id=token.pk).revoked_at == revoked_at
    with pytest.raises(Refusal) as refusal:
        revoke_token(token_id=token.pk + 1)
    assert refusal.value.code == "token::unknown"


def test_last_use_is_written_once_a_minute(db: None) -> None:
    token, _text = issue()
    start = timezone.now()
    for seconds, expected in ((0, 0), (30, 0), (59, 0), (60, 60), (61, 60)):
        note_token_use(token=Token.objects.get(pk=token.pk), now=start + timedelta(seconds=seconds))
        assert Token.objects.get(pk=token.pk).last_used_at == start + timedelta(seconds=expected)


def test_stale_row_does_not_move_the_last_use_back(db: None) -> None:
    stale, _text = issue()
    start = timezone.now()
    note_token_use(token=stale, now=start)
    note_token_use(token=stale, now=start - timedelta(seconds=90))
    assert Token.objects.get(pk=stale.pk).last_used_at == start


def test_token_is_for_its_stacks_only() -> None:
    assert Token(stacks=["a"]).allows_stack("a")
    assert not Token(stacks=["a"]).allows_stack("b")
    assert Token(stacks=[]).allows_stack("b")


def test_of_ten_tokens_with_one_name_one_is_issued(transactional_db: None) -> None:
    def attempt(_number: int) -> str:
        try:
            issue()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "issued"

    with ThreadPoolExecutor(5) as pool:
        outcomes = sorted(pool.map(attempt, range(10)))
    assert outcomes == ["issued"] + ["token::name-taken"] * 9
