"""Every write to accounts and tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.access.roles import Role
from portal.access.scopes import Scope
from portal.access.secrets import TokenText, current_pepper_id, new_token_text, secret_digest
from portal.models import Token, User
from versions.domain.actor import Actor
from versions.domain.names import is_name
from versions.domain.refusals import Fault, Refusal

# A token in steady use would otherwise cost a write on every request.
LAST_USE_GRAIN = timedelta(minutes=1)


@transaction.atomic
def create_staff_user(
    *, username: str, password: str, role: str, email: str = "", can_read_logs: bool | None = None
) -> User:
    """Make an account. Publishers and admins read logs unless told otherwise, viewers don't.

    Raises Refusal `staff::invalid` (name, role or password won't do) or `staff::name-taken`.
    """
    if not username.isprintable() or not 1 <= len(username) <= 63 or username != username.strip() or "/" in username:
        raise Refusal("staff::invalid", faults=(Fault("username", "1 to 63 printable characters, no slash."),))
    if role not in Role.values:
        raise Refusal("staff::invalid", faults=(Fault("role", f"One of {', '.join(Role.values)}."),))
    if User.objects.select_for_update().filter(username__iexact=username).exists():
        raise Refusal("staff::name-taken", name=username)
    reads_logs = role != Role.VIEWER if can_read_logs is None else can_read_logs
    user = User(username=username, email=email, role=role, can_read_logs=reads_logs)
    _set_checked_password(user, password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:  # the name was given to somebody else between the look and the write
        raise Refusal("staff::name-taken", name=username) from error
    return user


@transaction.atomic
def change_password(*, username: str, password: str) -> User:
    """Set a new password. Raises Refusal `staff::unknown` or `staff::invalid`."""
    user = User.objects.select_for_update().filter(username__iexact=username).first()
    if user is None:
        raise Refusal("staff::unknown", name=username)
    _set_checked_password(user, password)
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def change_staff_user(*, user_id: int, email: str, role: str, can_read_logs: bool, is_active: bool) -> User:
    """Change an account. Raises Refusal `staff::unknown`, `staff::invalid`, or `staff::last-admin`."""
    admins = list(User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).values_list("pk", flat=True))
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise Refusal("staff::unknown", name=user_id)
    if role not in Role.values:
        raise Refusal("staff::invalid", faults=(Fault("role", f"One of {', '.join(Role.values)}."),))
    if admins == [user_id] and (role != Role.ADMIN or not is_active):
        raise Refusal("staff::last-admin", name=user.username)
    user.email, user.role, user.can_read_logs, user.is_active = email, role, can_read_logs, is_active
    user.save(update_fields=["email", "role", "can_read_logs", "is_active"])
    return user


def _set_checked_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal("staff::invalid", faults=tuple(Fault("password", text) for text in error.messages)) from error
    user.set_password(password)


@transaction.atomic
def issue_token(
    *,
    name: str,
    scopes: Sequence[str],
    actor: Actor,
    stacks: Sequence[str] = (),
    expires_at: datetime | None = None,
    is_replacement: bool = False,
) -> tuple[Token, str]:
    """Make a token; the second value is what the client sends, and exists nowhere else afterwards.

    `is_replacement` revokes the present token of that name first. Raises Refusal `token::invalid` or
    `token::name-taken`.
    """
    _check_token(name=name, scopes=scopes, stacks=stacks)
    held = Token.objects.select_for_update().unrevoked().filter(name=name).first()
    if held is not None:
        if not is_replacement:
            raise Refusal("token::name-taken", name=name)
        revoke_token(token_id=held.pk)
    text = new_token_text()
    token = _new_token(text, name=name, scopes=scopes, stacks=stacks, actor=actor, expires_at=expires_at)
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as error:  # the name was given to another token between the look and the write
        raise Refusal("token::name-taken", name=name) from error
    return token, str(text)


def _new_token(
    text: TokenText,
    *,
    name: str,
    scopes: Sequence[str],
    stacks: Sequence[str],
    actor: Actor,
    expires_at: datetime | None,
) -> Token:
    pepper_id = current_pepper_id()
    digest = secret_digest(text.secret, pepper_id=pepper_id)
    assert digest is not None, "the current pepper is a configured one"
    return Token(
        name=name,
        prefix=text.prefix,
        pepper_id=pepper_id,
        secret_digest=digest,
        scopes=[scope for scope in Scope.values if scope in scopes],
        stacks=sorted(set(stacks)),
        created_by_id=actor.user_id,
        created_by_name=actor.name[:80],
        expires_at=expires_at,
    )


def _check_token(*, name: str, scopes: Sequence[str], stacks: Sequence[str]) -> None:
    faults = []
    if not is_name(name):
        faults.append(Fault("name", "Lower-case letters, digits and hyphens, at most 63."))
    if not scopes or not set(scopes) <= set(Scope.values):
        faults.append(Fault("scopes", f"One or more of {', '.join(Scope.values)}."))
    faults += [Fault("stacks", f"{stack!r} can't be a stack's name.") for stack in stacks if not is_name(stack)]
    if faults:
        raise Refusal("token::invalid", faults=tuple(faults))


@transaction.atomic
def revoke_token(*, token_id: int) -> Token:
    """End a token for good; doing it twice changes nothing. Raises Refusal `token::unknown`."""
    token = Token.objects.select_for_update().filter(pk=token_id).first()
    if token is None:
        raise Refusal("token::unknown", token=token_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def note_token_use(*, token: Token, now: datetime) -> None:
    """Remember when a token was last used, to the minute: one guarded write, no lock, no read."""
    if token.last_used_at is not None and now - token.last_used_at < LAST_USE_GRAIN:
        return
    Token.objects.filter(pk=token.pk).exclude(last_used_at__gt=now - LAST_USE_GRAIN).update(last_used_at=now)
