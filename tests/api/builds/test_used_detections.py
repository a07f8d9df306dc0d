"""The detection that a builder used, sent back to its build."""

import pytest

from tests.reporting import STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published_table(db: None) -> None:
    publish_two_stacks()


@pytest.fixture
def builder() -> ApiBuilder:
    return ApiBuilder()


class TestDetection:
    def test_the_answer_of_detect_comes_back_whole(self, builder: ApiBuilder) -> None:
        files = {"requirements.txt": {"text": "flask"}, "runtime.txt": {"text": "python-3.12"}}
        answer = builder.post("/detect?explain=1", {"stack": STACK, "files": files}).json()
        builder.build()
        assert builder.put(f"/builds/{builder.id}/detection", answer).status_code == 200
        read = builder.read()
        for name in ("revision", "ruleset", "package_manager", "request", "release", "warnings"):
            assert read[name] == answer[name]
        assert (read["revision"], read["release"]["version"]) == (1, "3.12.3")

    def test_a_failed_build_takes_its_reason_from_detection(self, builder: ApiBuilder) -> None:
        files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.12.9"}}
        answer = builder.post("/detect", {"stack": STACK, "files": files}).json()
        assert answer["failure"]["code"] == "python-version::unknown-patch"
        builder.build()
        builder.put(f"/builds/{builder.id}/detection", answer)
        builder.finish("failed")
        assert builder.read()["failure"] == answer["failure"]

    @pytest.mark.parametrize(
        "fields",
        [
            {"detected": "maybe"},
            {"detected": True, "release": {"version": "3.12"}},
            {"detected": True, "release": {"version": "3.99999999999999999999.1"}},
            {"detected": True, "warnings": {"a": 1}},
            {"detected": True, "revision": -1},
            {"detected": True, "ruleset": "mine"},
        ],
    )
    def test_lies_are_refused(self, builder: ApiBuilder, fields: dict[str, object]) -> None:
        builder.build()
        reply = builder.put(f"/builds/{builder.id}/detection", fields)
        assert (reply.status_code, reply.json()["code"]) == (400, "request::malformed")

    def test_a_revision_that_never_was(self, builder: ApiBuilder) -> None:
        builder.build()
        reply = builder.put(f"/builds/{builder.id}/detection", {"detected": True, "revision": 77})
        assert (reply.status_code, reply.json()["code"]) == (404, "revision::unknown")
