"""Whatever goes wrong under the API is a problem document with a stable code."""

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from pytest_django import Settings
from rest_framework.exceptions import Throttled, ValidationError

from portal.access.scopes import Scope
from portal.middleware import CONTENT_SECURITY_POLICY
from portal.problems import as_refusal, problem, problem_response
from portal.services import issue_token
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal

BUILDS = "/api/v1/builds"


def boom(_request: object) -> HttpResponse:
    raise RuntimeError("a secret of the implementation")


def database_away(_request: object) -> HttpResponse:
    raise OperationalError("server closed the connection")


urlpatterns = [
    path("api/v1/boom", boom),
    path("api/v1/away", database_away),
    path("boom/", boom),
    path("away/", database_away),
    path("", include("portal.urls")),
]
handler404 = "portal.pages.errors.page_not_found"
handler500 = "portal.pages.errors.server_error"


@pytest.fixture
def client(db: None) -> Client:
    _token, text = issue_token(name="client", scopes=Scope.values, actor=Actor("a test"))
    return Client(headers={"Authorization": f"Bearer {text}"}, raise_request_exception=False)


def test_document_has_every_member(client: Client) -> None:
    response = client.get("/api/v1/nothing-here")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    document = response.json()
    assert document["code"] == "request::not-found"
    assert document["status"] == 404
    assert document["type"].endswith("/docs/codes/request::not-found")
    assert document["title"]
    assert document["detail"]


@pytest.mark.parametrize("address", ["/exports/nothing", "/api/", "/python-9.9.9-ubuntu-22.04-amd64.tar.zst"])
def test_programs_never_get_a_page(client: Client, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_wrong_method_names_the_right_ones(client: Client) -> None:
    response = client.delete(BUILDS)
    assert (response.status_code, response.json()["code"]) == (405, "request::method-not-allowed")
    assert "DELETE" in response.json()["detail"]
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
        b"'single'",
    ],
)
def test_body_that_is_no_json(client: Client, body: bytes) -> None:
    response = client.post(BUILDS, body, content_type="application/json", headers={"Idempotency-Key": "k"})
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["code"].startswith("request::")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-16", "application/json; charset=nonsense"])
def test_charset_is_no_way_to_an_error(client: Client, kind: str) -> None:
    response = client.generic("POST", BUILDS, b"{", content_type=kind, headers={"Idempotency-Key": "k"})
    assert response.status_code == 400


def test_other_kinds_of_body_are_refused(client: Client) -> None:
    response = client.post(BUILDS, b"a=1", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["code"]) == (415, "request::unsupported-media-type")


def test_too_large_a_body_is_refused_unread(client: Client) -> None:
    response = client.post(
        "/api/v1/detect", b"{}", content_type="application/json", CONTENT_LENGTH=str(13 * 1024 * 1024)
    )
    assert (response.status_code, response.json()["code"]) == (413, "request::too-large")


def test_page_form_may_not_be_larger_either(client: Client) -> None:
    response = client.post("/accounts/login/", b"x", content_type="text/plain", CONTENT_LENGTH=str(10**12))
    assert (response.status_code, response.headers["Content-Type"]) == (413, "text/html; charset=utf-8")


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "\u0663"])
def test_length_that_is_no_number_is_refused(client: Client, length: str) -> None:
    response = client.post(BUILDS, b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert response.status_code == 400


def test_body_longer_than_announced_by_nobody_is_counted(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = json.dumps({"x": "y" * 200}).encode()
    response = client.post(BUILDS, body, content_type="application/json", headers={"Idempotency-Key": "k"})
    assert response.status_code == 413


class TestErrorsOfOurOwn:
    @pytest.fixture(autouse=True)
    def _broken_addresses(self, settings: Settings) -> None:
        settings.ROOT_URLCONF = __name__

    def test_programs_get_a_document_without_the_secret(self, client: Client) -> None:
        response = client.get("/api/v1/boom")
        assert (response.status_code, response.json()["code"]) == (500, "service::error")
        assert b"secret of the implementation" not in response.content

    def test_people_get_a_page_without_the_secret(self, client: Client) -> None:
        response = client.get("/boom/")
        assert (response.status_code, response.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
        assert b"secret of the implementation" not in response.content

    @pytest.mark.parametrize("address", ["/api/v1/away", "/away/"])
    def test_database_that_is_away_is_no_error(self, client: Client, address: str) -> None:
        response = client.get(address)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert b"service::unavailable" in response.content


@pytest.mark.parametrize("error", [OperationalError(), InterfaceError()])
def test_drf_answers_database_trouble_alike(db: None, error: Exception) -> None:
    response = problem_response(error, {"request": RequestFactory().get("/api/v1/x")})
    assert response is not None
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_faults_name_their_places() -> None:
    detail: Any = {
        "source": {"sha256": ["too short"]},
        "requests": [{}, {"stack": ["missing"]}],
        "non_field_errors": ["odd"],
    }
    refusal = as_refusal(ValidationError(detail))
    assert refusal is not None
    assert [(fault.place, fault.problem) for fault in refusal.faults] == [
        ("source.sha256", "too short"),
        ("requests[1].stack", "missing"),
        ("", "odd"),
    ]
    assert problem(refusal)["errors"]


def test_throttled_says_when_to_come_back(db: None) -> None:
    response = problem_response(Throttled(wait=2.5), {})
    assert response is not None
    assert (response.status_code, response["Retry-After"]) == (429, "3")


def test_refusal_without_a_status_is_unprocessable() -> None:
    assert problem(Refusal("hooks::pre_compile"))["status"] == 422


def test_schema_is_public_and_describes_the_problem_free_part(db: None) -> None:
    response = Client().get("/api/v1/schema/")
    assert response.status_code == 200
    assert response.json()["openapi"].startswith("3.")


def test_read_only_database_is_away_too(db: None) -> None:
    _token, text = issue_token(name="client", scopes=Scope.values, actor=Actor("a test"))
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    response = Client().get(BUILDS, headers={"Authorization": f"Bearer {text}"})
    assert (response.status_code, response.json()["code"]) == (503, "service::unavailable")
