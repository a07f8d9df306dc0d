"""Error answers: problem documents for programs, calm pages for people.

The pages use the bare frame, which reads no session and no database: it must work when neither does.
"""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.messages import explain
from portal.problems import as_refusal, is_machine_path, problem_document, problem_headers, status_of
from versions.domain.refusals import Refusal


def error_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if is_machine_path(request.path):
        return problem_document(refusal)
    response = render(
        request,
        "portal/error.html",
        {
            "explanation": explain(refusal.code, refusal.facts),
            "status": status_of(refusal),
            "faults": refusal.faults,
            "theme": "",
        },
        status=status_of(refusal),
    )
    for name, value in problem_headers(refusal).items():
        response[name] = value
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, as_refusal(exception) or Refusal("request::malformed"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, as_refusal(exception) or Refusal("request::forbidden"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_response(request, as_refusal(exception) or Refusal("request::not-found"))


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    return error_response(request, (as_refusal(error) if error else None) or Refusal("service::error"))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    del reason  # for developers; the log has it
    return error_response(request, Refusal("request::stale-form"))
