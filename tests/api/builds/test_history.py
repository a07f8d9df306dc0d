"""Reading builds and apps over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builds.models import Build
from tests.reporting import OTHER_STACK, STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db


@pytest.fixture
def builder(db: None) -> ApiBuilder:
    publish_two_stacks()
    return ApiBuilder()


def ids(reply: object) -> list[int]:
    return [build["id"] for build in reply.json()["results"]]  # type: ignore[attr-defined]


def names(reply: object) -> list[str]:
    return [app["name"] for app in reply.json()["results"]]  # type: ignore[attr-defined]


def finished(
    builder: ApiBuilder, *, app: str = "shop", stack: str = STACK, runtime: str = "", status: str = "succeeded"
) -> int:
    builder.build(app=app, stack=stack)
    files = {"requirements.txt": {"text": ""}} | ({"runtime.txt": {"text": runtime}} if runtime else {})
    detection = builder.post("/detect", {"stack": stack, "files": files}).json()
    builder.put(f"/builds/{builder.id}/detection", detection)
    failure = {"code": "hooks::pre_compile", "detail": "exit status 1"} if status == "failed" else None
    assert builder.finish(status, failure=failure).status_code == 200
    return builder.id


def test_a_build_has_every_field_of_the_contract(builder: ApiBuilder) -> None:
    finished(builder)
    assert set(builder.read()) >= {
        "id", "number", "app", "stack", "arch", "status", "failure", "ruleset", "revision", "package_manager",
        "request", "release", "warnings", "source", "builder", "trigger", "steps", "created_at",
        "started_at", "finished_at", "url",
    }  # fmt: skip


def test_each_filter_narrows(builder: ApiBuilder) -> None:
    old = finished(builder, runtime="python-3.11")
    exact = finished(builder, runtime="python-3.12.2", stack=OTHER_STACK)
    failed = finished(builder, app="blog", status="failed")
    builder.build(app="blog")
    running = builder.id
    since = Build.objects.get(pk=failed).created_at.isoformat().replace("+00:00", "Z")
    expected = {
        "": [running, failed, exact, old],
        "app=shop": [exact, old],
        "app=nobody": [],
        "q=lo": [running, failed],
        "q=sh&status=failed": [],
        f"stack={OTHER_STACK}": [exact],
        "status=failed": [failed],
        "status=running": [running],
        "python=3.12": [failed, exact],
        "python=3.12.2": [exact],
        "failure=hooks::pre_compile": [failed],
        f"since={since}": [running, failed],
        f"until={since}": [exact, old],
        f"app=blog&status=failed&stack={STACK}&python=3.12": [failed],
    }
    assert {query: ids(builder.get(f"/builds?{query}")) for query in expected} == expected


def test_each_filter_narrows_apps(builder: ApiBuilder) -> None:
    finished(builder, runtime="python-3.11")
    finished(builder, app="blog")
    builder.put("/apps/forum", {"owner": "Social", "active": False})
    expected = {
        "": ["blog", "forum", "shop"],
        "q=o": ["blog", "forum", "shop"],
        "q=lo": ["blog"],
        "owner=social": ["forum"],
        "series=3.11": ["shop"],
        "series=3.9": [],
        "state=active": ["blog", "shop"],
        "state=dormant": ["forum"],
        "state=held": [],
        "q=o&state=active&series=3.12&cursor=a": ["blog"],
    }
    assert {query: names(builder.get(f"/apps?{query}")) for query in expected} == expected
    for query in ("state=asleep", "series=three", "q=%00", "name=shop"):
        assert builder.get(f"/apps?{query}").status_code == 400, query


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status=done", "request::malformed"),
        ("python=3", "request::malformed"),
        ("since=yesterday", "request::malformed"),
        ("since=2026-01-01T00:00:00", "request::malformed"),
        ("since=0001-01-01T00:00:00%2B23:00", "request::malformed"),
        ("cursor=%00", "request::malformed"),
        ("cursor=nonsense", "request::malformed"),
        ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5LjE", "request::malformed"),
        ("app=%00", "request::malformed"),
        ("page=2", "request::unknown-field"),
    ],
)
def test_what_cannot_be_read_is_refused(builder: ApiBuilder, query: str, code: str) -> None:
    reply = builder.get(f"/builds?{query}")
    assert (reply.status_code, reply.json()["code"]) == (400, code)


def test_pages_cover_everything_once(builder: ApiBuilder) -> None:
    made = []
    for number in range(120):
        builder.build(app=f"app-{number % 7}")
        made.append(builder.id)
    # Many builds of one instant: the id decides among them.
    Build.objects.update(created_at=Build.objects.earliest("created_at").created_at)
    seen, address = [], "/builds?status=running"
    while address:
        reply = builder.get(address)
        assert len(reply.json()["results"]) <= 50
        seen += ids(reply)
        address = (reply.json()["next"] or "").partition("/api/v1")[2]
    assert seen == sorted(made, reverse=True)


def query_count(builder: ApiBuilder, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert builder.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("path", ["/builds", "/builds?app=shop&status=running", "/apps"])
def test_the_number_of_queries_does_not_grow(builder: ApiBuilder, path: str) -> None:
    def make(count: int) -> None:
        for number in range(count):
            builder.build(app="shop" if number % 2 else f"app-{number}")
            builder.step("detect", "running")

    make(3)
    few = query_count(builder, path)
    make(40)
    assert query_count(builder, path) == few


class TestApps:
    def test_registering(self, builder: ApiBuilder) -> None:
        entry = {"owner": "Team A", "contact": "a@example.org", "url": "https://example.org", "active": False}
        first, again = builder.put("/apps/shop", entry), builder.put("/apps/shop", entry)
        assert (first.status_code, again.status_code) == (201, 200)
        assert builder.get("/apps/shop").json() == {
            "name": "shop",
            **entry,
            "builds": 0,
            "hold": None,
            "latest_build": None,
        }

    def test_a_build_makes_the_app_and_is_its_latest(self, builder: ApiBuilder) -> None:
        finished(builder, runtime="python-3.11")
        builder.build()
        body = builder.get("/apps/shop").json()
        assert (body["builds"], body["latest_build"]["id"]) == (2, builder.id)

    @pytest.mark.parametrize("name", ["No", "a" * 64, "-a", "a%00", "a%0A"])
    def test_names_that_no_app_can_have(self, builder: ApiBuilder, name: str) -> None:
        assert builder.put(f"/apps/{name}", {}).status_code in {400, 404}
        assert builder.get(f"/apps/{name}").status_code == 404

    def test_addresses_are_web_addresses(self, builder: ApiBuilder) -> None:
        assert builder.put("/apps/shop", {"url": "javascript:alert(1)"}).status_code == 400
