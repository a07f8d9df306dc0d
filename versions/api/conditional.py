"""Answers that a client may keep: strong validators, one for each encoding, and 304 for those who have it already."""

import gzip
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response, patch_vary_headers

IMMUTABLE_SECONDS = 31_536_000  # a year: the longest that caches are asked to keep anything
SMALLEST_GZIP = 512  # bytes; below that compressing costs more than it saves


@lru_cache(maxsize=64)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)


def conditional_response(
    request: HttpRequest, body: bytes, *, content_type: str, tag: str, revision: int, is_immutable: bool
) -> HttpResponse:
    """`body`, or 304 when the client's `If-None-Match` names it. `tag` must change whenever `body` does."""
    accepted = request.headers.get("Accept-Encoding", "")
    is_compressed = len(body) >= SMALLEST_GZIP and _accepts_gzip(accepted)
    etag = f'"{tag}-gzip"' if is_compressed else f'"{tag}"'
    response = HttpResponse(_gzipped(body) if is_compressed else body, content_type=content_type)
    response["ETag"] = etag
    found = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(found, HttpResponse)
    if is_compressed and not isinstance(found, HttpResponseNotModified):
        found["Content-Encoding"] = "gzip"
    found["X-Table-Revision"] = str(revision)
    found["Cache-Control"] = _cache_control(is_immutable=is_immutable)
    patch_vary_headers(found, ["Accept-Encoding", *(["Authorization"] if settings.TABLE_REQUIRES_TOKEN else [])])
    return found


def _cache_control(*, is_immutable: bool) -> str:
    if not is_immutable:
        return "no-cache"
    audience = "private" if settings.TABLE_REQUIRES_TOKEN else "public"
    return f"{audience}, max-age={IMMUTABLE_SECONDS}, immutable"


def _accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip: named, or by `*`, and not with a quality of zero."""
    qualities: dict[str, float] = {}
    for part in header.lower().split(","):
        coding, _, parameter = part.partition(";")
        try:
            qualities[coding.strip()] = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            qualities[coding.strip()] = 0
    return qualities.get("gzip", qualities.get("*", 0)) > 0
