"""What holds for every request, whichever app answers it."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.audit import audited, name_writer
from portal.pages.errors import error_response
from portal.problems import as_refusal
from versions.domain.refusals import Refusal

Answer = Callable[[HttpRequest], HttpResponse]

# Own files only: no inline script, no inline style, no data: address, no frame. Admin and sign-in included.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Builds are their own record: heartbeats, steps and log appends leave no audit rows, so they need no context either.
UNAUDITED_PREFIX = "/api/v1/builds"
RAW_PREFIX = "/api/v1/artifacts/"
ARCHIVE_FORM = re.compile(r"/runtimes/releases/[0-9.]+/archives/upload/")


def content_security_policy(get_response: Answer) -> Answer:
    """Put the policy on every answer, error pages included; hence the outermost place in the list."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return middleware


def body_limit(get_response: Answer) -> Answer:
    """Refuse a body that is announced as too large before any of it is read.

    Raw bytes (log chunks, archives) are streamed by views that count for themselves; `curl -T` names no type for them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isascii() or not announced.isdigit():
            return error_response(request, Refusal("request::malformed"))
        is_raw = request.content_type == "application/octet-stream" or request.path.startswith(RAW_PREFIX)
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if ARCHIVE_FORM.fullmatch(request.path):
            limit += settings.ARTIFACT_MAX_BYTES  # its file goes to the disk, never to memory
        if int(announced) > limit and not is_raw:
            return error_response(request, Refusal("request::too-large", limit_bytes=limit))
        return get_response(request)

    return middleware


def audit(get_response: Answer) -> Answer:
    """Let every audited write of the request carry who sent it, from where, and to which address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in SAFE_METHODS or request.path.startswith(UNAUDITED_PREFIX):
            return get_response(request)
        with audited(who="", address=client_address(request), path=request.path[:200]):
            # Bearers of a token are named by its authentication; this reads a session only if there is one.
            if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
                name_writer(request.user.get_username())
            return get_response(request)

    return middleware


def client_address(request: HttpRequest) -> str:
    """The IP address that sent the request, as far as the configured number of proxies can vouch for it."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXY_COUNT
    if trusted and len(hops) >= trusted:
        return hops[-trusted][:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


class RefusalMiddleware:
    """Turn what a view raised into the answer it stands for: a problem document for programs, a page for people."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = as_refusal(error)
        return error_response(request, refusal) if refusal else None
