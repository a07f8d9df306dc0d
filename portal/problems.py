"""One shape for everything that goes wrong under the API: RFC 9457 problem documents with a stable code.

`problem_response` is DRF's exception handler; `problem_document` serves everything outside of DRF.
"""

import json
import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse
from psycopg.errors import ReadOnlySqlTransaction
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from portal.messages import explain
from versions.domain.refusals import Fault, Refusal

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
# Addresses that programs read; everything else answers people with a page.
MACHINE_PREFIXES = ("/api/", "/exports/")


def is_machine_path(path: str) -> bool:
    return path.startswith(MACHINE_PREFIXES) or "/runtimes/python-" in path or path.startswith("/python-")


def problem_response(error: Exception, context: Mapping[str, object]) -> Response | None:
    """DRF's exception handler. None hands the error on to Django, which logs it and answers with service::error."""
    refusal = as_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    response = Response(problem(refusal), status=status_of(refusal), content_type=MEDIA_TYPE)
    for name, value in {**_headers_of(error), **problem_headers(refusal)}.items():
        response[name] = value
    challenge = _challenge(context)
    if challenge and response.status_code == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = challenge
    return response


def problem_document(refusal: Refusal) -> HttpResponse:
    """The same answer for requests that never reached DRF."""
    response = HttpResponse(
        json.dumps(problem(refusal), ensure_ascii=True), status=status_of(refusal), content_type=MEDIA_TYPE
    )
    for name, value in problem_headers(refusal).items():
        response[name] = value
    return response


def problem(refusal: Refusal) -> dict[str, object]:
    """The document's members: type, title, status, detail, code, advice, and errors where there are any."""
    explanation = explain(refusal.code, refusal.facts)
    body: dict[str, object] = {
        "type": f"{settings.PUBLIC_URL}/docs/codes/{refusal.code}",
        "title": explanation.title,
        "status": status_of(refusal),
        "detail": explanation.text,
        "code": refusal.code,
        "advice": explanation.advice,
    }
    if refusal.faults:
        body["errors"] = [{"place": fault.place, "problem": fault.problem} for fault in refusal.faults]
    return body


def status_of(refusal: Refusal) -> int:
    """The refusal's HTTP status. A code without one describes a build's outcome; as an answer it is unprocessable."""
    return explain(refusal.code, {}).status or int(HTTPStatus.UNPROCESSABLE_ENTITY)


def problem_headers(refusal: Refusal) -> dict[str, str]:
    status = status_of(refusal)
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return headers


def as_refusal(error: BaseException) -> Refusal | None:
    """The refusal that an exception amounts to, or None when it is an error of ours."""
    match error:
        case Refusal():
            return error
        case exceptions.ValidationError():
            return Refusal("request::malformed", faults=tuple(_faults(error.detail)))
        case exceptions.APIException():
            return _drf_refusal(error)
        case Http404():
            return Refusal("request::not-found")
        case PermissionDenied():
            return Refusal("request::forbidden")
        case RequestDataTooBig():
            return Refusal("request::too-large", limit_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case SuspiciousOperation():
            return Refusal("request::malformed")
        case OperationalError() | InterfaceError():
            return Refusal("service::unavailable")
        case InternalError() if isinstance(error.__cause__, ReadOnlySqlTransaction):  # a standby that is taking over
            return Refusal("service::unavailable")
        case _:
            return None


def _drf_refusal(error: exceptions.APIException) -> Refusal | None:
    match error:
        case exceptions.ParseError():
            return Refusal("request::malformed", faults=(Fault("", str(error.detail)),))
        case exceptions.NotAuthenticated():
            return Refusal("auth::missing")
        case exceptions.AuthenticationFailed():
            return Refusal("auth::invalid-token")
        case exceptions.PermissionDenied():
            return Refusal("request::forbidden")
        case exceptions.NotFound():
            return Refusal("request::not-found")
        case exceptions.MethodNotAllowed():
            return Refusal("request::method-not-allowed", method=error.args[0] if error.args else None)
        case exceptions.NotAcceptable():
            return Refusal("request::not-acceptable")
        case exceptions.UnsupportedMediaType():
            return Refusal("request::unsupported-media-type", media_type=error.args[0] if error.args else None)
        case exceptions.Throttled():
            return Refusal("request::throttled")
        case _:
            return None


def _faults(detail: object, place: str = "") -> Iterable[Fault]:
    """Flattens DRF's nested errors: `{"source": {"sha256": ["…"]}}` becomes one fault at `source.sha256`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _faults(inner, f"{place}.{own}".strip(".") if own else place)
    elif isinstance(detail, list | tuple):
        is_list_of_objects = any(isinstance(inner, Mapping) for inner in detail)
        for index, inner in enumerate(detail):
            yield from _faults(inner, f"{place}[{index}]" if is_list_of_objects else place)
    else:
        yield Fault(place, str(detail))


def _headers_of(error: Exception) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    return {} if wait is None else {"Retry-After": str(math.ceil(wait))}


def _challenge(context: Mapping[str, object]) -> str | None:
    """What a 401 must say about how to authenticate: the view's own authenticator knows."""
    view, request = context.get("view"), context.get("request")
    if not isinstance(view, APIView) or not isinstance(request, Request):
        return None
    authenticators = view.get_authenticators()
    return authenticators[0].authenticate_header(request) if authenticators else None
