"""The secret of an API token: how it is made, and what is kept of it.

A token reads `prefix.secret`. The prefix finds the row, the secret proves it; only HMAC-SHA256 of the secret is stored,
keyed by a pepper that is not in the database. The pepper's id stands beside it, so that peppers can be replaced
while tokens made under an older one keep working until they expire.
"""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

# Used while no TOKEN_PEPPERS are set: derived from SECRET_KEY, so a stolen database alone is still worth nothing.
DERIVED_PEPPER_ID = "secret-key"
PREFIX_MARK = "rp_"


class TokenText(NamedTuple):
    """The two halves of what a client sends."""

    prefix: str
    secret: str

    def __str__(self) -> str:
        return f"{self.prefix}.{self.secret}"


def new_token_text() -> TokenText:
    """A fresh prefix (48 random bits; unique by constraint) and secret (256 random bits)."""
    return TokenText(PREFIX_MARK + secrets.token_hex(6), secrets.token_urlsafe(32))


def parse_token_text(text: str) -> TokenText | None:
    """The halves of a sent token, or None when it can't be one of ours."""
    prefix, dot, secret = text.partition(".")
    if not dot or not secret or not prefix.startswith(PREFIX_MARK) or not text.isascii() or len(text) > 200:
        return None
    return TokenText(prefix, secret)


def current_pepper_id() -> str:
    """The id under which new tokens are hashed: the first that is configured."""
    return next(iter(settings.TOKEN_PEPPERS), DERIVED_PEPPER_ID)


def secret_digest(secret: str, *, pepper_id: str) -> str | None:
    """64 hex digits, or None when the pepper is no longer configured."""
    key = _pepper(pepper_id)
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest() if key else None


def is_same_digest(one: str, other: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _pepper(pepper_id: str) -> bytes | None:
    if pepper_id == DERIVED_PEPPER_ID:
        return salted_hmac("portal.access.secrets", "pepper", algorithm="sha256").digest()
    configured = settings.TOKEN_PEPPERS.get(pepper_id)
    return configured.encode() if configured else None
