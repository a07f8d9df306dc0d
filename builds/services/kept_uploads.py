"""Lists that were uploaded and previewed but not taken over yet. Kept where every web process finds them, for an hour.

The cache may drop them earlier; whoever uploaded the list is then asked for it again.
"""

import secrets
import zlib

from django.core.cache import cache

from versions.domain.refusals import Refusal

KEPT_SECONDS = 3600


def keep_upload(*, content: bytes, user_id: int) -> str:
    """Keeps the bytes for this person; returns the key to find them by, fit for an address."""
    key = secrets.token_urlsafe(18)
    cache.set(_place(key, user_id), zlib.compress(content), KEPT_SECONDS)
    return key


def kept_upload(*, key: str, user_id: int) -> bytes:
    """The bytes. Raises Refusal `apps::upload-gone`, also when they are somebody else's."""
    found = cache.get(_place(key, user_id))
    if not isinstance(found, bytes):
        raise Refusal("apps::upload-gone")
    return zlib.decompress(found)


def drop_upload(*, key: str, user_id: int) -> None:
    """Forgets the bytes; they were taken over."""
    cache.delete(_place(key, user_id))


def _place(key: str, user_id: int) -> str:
    return f"app-list:{user_id}:{key}"
