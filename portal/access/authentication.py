"""How a request to the API proves who it is: a bearer token, or for table reads Basic with the token as password."""

import base64
import binascii
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from portal.access.secrets import is_same_digest, parse_token_text, secret_digest
from portal.audit import name_writer
from portal.models import Token
from portal.services import note_token_use
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class TokenBearer:
    """What stands in `request.user` for a token: enough for Django to treat it as somebody, with no permissions."""

    token: Token

    is_authenticated = True
    is_anonymous = False
    is_active = True
    pk = None

    def __str__(self) -> str:
        return self.actor.name

    @property
    def actor(self) -> Actor:
        return self.token.actor

    def has_perm(self, _permission: str, _subject: object = None) -> bool:
        return False


class TokenAuthentication(BaseAuthentication):
    """Sets `request.user` to a TokenBearer and `request.auth` to its Token; without a token both stay empty."""

    def authenticate(self, request: Request) -> tuple[TokenBearer, Token] | None:
        """Raises Refusal `auth::invalid-token` or `auth::expired-token`."""
        text = _sent_token(request)
        if text is None:
            return None
        token = _verified(text)
        note_token_use(token=token, now=timezone.now())
        name_writer(token.actor.name)
        return TokenBearer(token), token

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401. Basic is offered where a table can be read with it (contract, section 2)."""
        return 'Basic realm="table"' if _takes_basic(request) else "Bearer"


def takes_basic(view: object) -> bool:
    """Whether a token may come as a Basic password: where the table is read, and only while that needs a token."""
    return bool(settings.TABLE_REQUIRES_TOKEN and getattr(view, "is_public_unless_table_requires_token", False))


def _takes_basic(request: Request) -> bool:
    return takes_basic((request.parser_context or {}).get("view"))


def _sent_token(request: Request) -> str | None:
    """The token in the Authorization header, or None when the header is missing or of another kind."""
    scheme, _space, value = get_authorization_header(request).partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip().decode("latin-1")
    if scheme.lower() == b"basic" and _takes_basic(request):
        try:
            return base64.b64decode(value, validate=True).decode("latin-1").partition(":")[2]
        except binascii.Error as error:
            raise Refusal("auth::invalid-token") from error
    return None


def _verified(text: str) -> Token:
    parts = parse_token_text(text)
    token = Token.objects.unrevoked().filter(prefix=parts.prefix).first() if parts else None
    if parts is None or token is None:
        raise Refusal("auth::invalid-token")
    digest = secret_digest(parts.secret, pepper_id=token.pepper_id)
    if digest is None or not is_same_digest(digest, token.secret_digest):
        raise Refusal("auth::invalid-token")
    if token.has_expired(timezone.now()):
        expires_at = f"{token.expires_at:%Y-%m-%d %H:%M} UTC"
        raise Refusal("auth::expired-token", name=token.name, expires_at=expires_at)
    return token
