"""`/api/v1/detect` and `/api/v1/resolve` over HTTP; the rules themselves have tests of their own."""

import json

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.reporting import STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


def post(client: Client, path: str, body: object) -> tuple[int, dict[str, object]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = client.post(f"/api/v1/{path}", raw, content_type="application/json")
    return reply.status_code, reply.json()


class TestDetect:
    def test_answers_everybody(self, client: Client) -> None:
        files = {"requirements.txt": {"text": "flask\n"}, "runtime.txt": {"text": "python-3.12"}, "bin": {"dir": True}}
        status, body = post(client, "detect", {"stack": STACK, "files": files})
        assert status == 200
        assert list(body) == [
            "revision", "ruleset", "detected", "package_manager", "request", "release", "failure", "warnings",
            "install_commands", "package_manager_version", "hold", "advisories",
        ]  # fmt: skip
        assert (body["revision"], body["package_manager"], body["failure"]) == (1, "pip", None)
        assert body["install_commands"] == [["pip", "install", "-r", "requirements.txt"]]

    def test_explains_on_request(self, client: Client) -> None:
        _status, body = post(client, "detect?explain=1", {"stack": STACK, "files": {"requirements.txt": {"text": ""}}})
        assert isinstance(body["trace"], list)

    @pytest.mark.parametrize("stack", ["nowhere", "", "\0", "\ud800", "x" * 5000])
    def test_any_text_is_a_stack(self, client: Client, stack: str) -> None:
        status, body = post(client, "detect", {"stack": stack, "files": {"requirements.txt": {"text": ""}}})
        assert (status, body["failure"]["code"]) == (200, "checks::stack::unknown")  # type: ignore[index]

    @pytest.mark.parametrize("written", ["\0", "\ud800", "python-\udc80", "python-3.12\0"])
    def test_hostile_contents_never_break_the_answer(self, client: Client, written: str) -> None:
        files = {"requirements.txt": {"text": written}, "runtime.txt": {"text": written}, "Pipfile": {"text": written}}
        assert post(client, "detect", {"stack": STACK, "files": files})[0] in {200, 400}
        assert (
            post(client, "detect", {"stack": STACK, "files": {"requirements.txt": {"text": ""}}, "previous": written})[
                0
            ]
            == 200
        )

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"{", "request::malformed"),
            (b"\xff", "request::malformed"),
            (b"[" * 100_000, "request::malformed"),
            ({"stack": STACK}, "request::malformed"),
            ({"stack": 1, "files": {}}, "request::malformed"),
            ({"stack": STACK, "files": []}, "request::malformed"),
            ({"stack": STACK, "files": {"a": {"text": 1}}}, "request::malformed"),
            ({"stack": STACK, "files": {}, "revision": "x"}, "request::malformed"),
            ({"stack": STACK, "files": {}, "previous": 3.1}, "request::malformed"),
            ({"stack": STACK, "files": {}, "file": {}}, "request::unknown-field"),
        ],
    )
    def test_malformed_requests(self, client: Client, body: object, code: str) -> None:
        status, answer = post(client, "detect", body)
        assert (status, answer["code"]) == (400, code)

    def test_too_large(self, client: Client) -> None:
        body = {"stack": STACK, "files": {"a": {"text": "x" * (12 * 1024 * 1024)}}}
        status, answer = post(client, "detect", body)
        assert (status, answer["code"]) == (413, "request::too-large")

    def test_unknown_revision(self, client: Client) -> None:
        assert post(client, "detect", {"stack": STACK, "files": {}, "revision": 9})[0] == 404

    def test_a_token_where_the_table_needs_one(self, client: Client, settings: Settings) -> None:
        settings.TABLE_REQUIRES_TOKEN = True
        assert post(client, "detect", {"stack": STACK, "files": {}})[0] == 401
        assert ApiBuilder().post("/detect", {"stack": STACK, "files": {}}).status_code == 200


class TestResolve:
    def test_a_bare_request(self, client: Client) -> None:
        body = client.get(f"/api/v1/resolve?stack={STACK}&request=3.11").json()
        assert list(body) == ["revision", "ruleset", "request", "release", "failure", "warnings"]
        assert (body["request"]["version"], body["release"]["version"]) == ("3.11", "3.11.9")

    def test_the_default(self, client: Client) -> None:
        assert client.get(f"/api/v1/resolve?stack={STACK}").json()["release"]["version"] == "3.12.3"

    def test_many_at_once_in_their_order(self, client: Client) -> None:
        requests = [{"stack": STACK, "request": text} for text in ("3.11", "3.12.2", "4.1")]
        status, body = post(client, "resolve", {"requests": requests})
        assert status == 200
        results = body["results"]
        assert isinstance(results, list)
        assert [(result["release"] or {}).get("version") for result in results] == ["3.11.9", "3.12.2", None]

    @pytest.mark.parametrize("text", ["\ud800", "three", "3.12\0"])
    def test_a_malformed_one_is_named_by_its_place(self, client: Client, text: str) -> None:
        status, body = post(client, "resolve", {"requests": [{"stack": STACK}, {"stack": STACK, "request": text}]})
        assert (status, body["code"]) == (400, "request::malformed")
        assert "requests[1].request" in json.dumps(body["errors"])

    def test_not_more_than_a_thousand(self, client: Client) -> None:
        requests = [{"stack": STACK}] * 1000
        assert post(client, "resolve", {"requests": requests})[0] == 200
        assert post(client, "resolve", {"requests": [*requests, {"stack": STACK}]})[0] == 400

    @pytest.mark.parametrize(
        "query", ["", "stack=a&wanted=3", "stack=a&revision=x", "stack=a&ruleset=mine", "stack=a&arch=/"]
    )
    def test_malformed_queries(self, client: Client, query: str) -> None:
        assert client.get(f"/api/v1/resolve?{query}").status_code == 400
