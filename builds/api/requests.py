"""What a request to a build carries beside its body: who calls, under which fence, from which offset."""

import base64
import binascii
import hashlib
import re
from typing import Protocol, cast

from rest_framework.request import Request

from builds.domain.caller import Caller
from versions.domain.actor import Actor
from versions.domain.refusals import Fault, Refusal

MAX_IDEMPOTENCY_KEY_CHARACTERS = 255
# Names of other steps than the known seven are the builder's own, so they must be fit for addresses and lists.
STEP_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_DIGEST = re.compile(r"\s*(?P<algorithm>[a-z0-9-]+)\s*=\s*:(?P<value>[A-Za-z0-9+/=]*):\s*", re.ASCII)


class _Token(Protocol):
    """What this API needs to know of the token that the site's authentication left in `request.auth`."""

    pk: int
    stacks: list[str]

    @property
    def actor(self) -> Actor: ...


def caller_of(request: Request) -> Caller:
    """The bearer of the request's token; views that call this demand a scope, so there is one."""
    token = cast("_Token", request.auth)
    return Caller(token.actor, f"token:{token.pk}", tuple(token.stacks))


def fence_of(request: Request) -> int:
    """The number in `Build-Fence`. Raises Refusal `build::fence-missing`."""
    written = request.headers.get("Build-Fence", "").strip()
    if not _WHOLE_NUMBER.fullmatch(written):
        raise Refusal("build::fence-missing")
    return int(written)


def idempotency_key_of(request: Request) -> str:
    """The `Idempotency-Key`, empty when none was sent."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MAX_IDEMPOTENCY_KEY_CHARACTERS or not key.isprintable():
        problem = f"expected at most {MAX_IDEMPOTENCY_KEY_CHARACTERS} printable characters"
        raise Refusal("request::malformed", faults=(Fault("Idempotency-Key", problem),))
    return key


def whole_number(written: str | None, *, place: str) -> int:
    """A non-negative integer from a header or a query. Raises Refusal `request::malformed`."""
    if written is None or not _WHOLE_NUMBER.fullmatch(written.strip()):
        raise Refusal("request::malformed", faults=(Fault(place, "expected a whole number"),))
    return int(written)


def check_step_name(name: str) -> None:
    """Raises Refusal `request::malformed` for a name that no step can have."""
    if not STEP_NAME.fullmatch(name):
        problem = "expected a lower-case letter, then at most 62 letters, digits, underscores or hyphens"
        raise Refusal("request::malformed", faults=(Fault("step", problem),))


def check_content_digest(header: str | None, data: bytes) -> None:
    """Compares `Content-Digest` (RFC 9530) with the bytes, as far as its algorithms are known here.

    Raises Refusal `log::digest-mismatch`, or `request::malformed` for a header that is none.
    """
    for item in (header or "").split(",") if header else ():
        match = _DIGEST.fullmatch(item)
        if match is None:
            raise _malformed_digest()
        algorithm = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}.get(match["algorithm"])
        try:
            announced = base64.b64decode(match["value"], validate=True)
        except binascii.Error as error:
            raise _malformed_digest() from error
        if algorithm is not None and algorithm(data).digest() != announced:
            raise Refusal("log::digest-mismatch")


def _malformed_digest() -> Refusal:
    return Refusal("request::malformed", faults=(Fault("Content-Digest", "expected sha-256=:<base64>:"),))
