"""What is known of an app: the detection of its newest build, in whatever order builders tell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from builds.models import App, Build, LastDetection
from builds.selectors.situations import situation_counts, situation_of
from tests.reporting import STACK, ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db
BUILDPACK = {"buildpack": {"name": "python", "version": "300"}, "exit_code": 0, "output": ""}


@pytest.fixture
def builder(db: None) -> ApiBuilder:
    publish_two_stacks()
    return ApiBuilder()


def detect(builder: ApiBuilder, request: str) -> None:
    files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": f"python-{request}"}}
    answer = builder.post("/detect", {"stack": STACK, "files": files}).json()
    assert builder.put(f"/builds/{builder.id}/detection", answer).status_code == 200


def known(app: str = "shop") -> str:
    """The request that the app is known to make, empty where nothing is known."""
    situation = situation_of(App.objects.get(name=app).pk)
    return situation.request_version if situation else ""


def test_the_newest_build_counts_whoever_tells_last(builder: ApiBuilder) -> None:
    builder.build(app="shop")
    assert known() == ""
    detect(builder, "3.12")
    detect(builder, "3.12.3")  # its hook changed the file
    assert known() == "3.12.3"
    slow = builder.id, builder.fence
    builder.build(app="shop")
    assert known() == "3.12.3"  # until the new one has detected
    detect(builder, "3.12")
    builder.id, builder.fence = slow
    detect(builder, "3.11.9")
    assert known() == "3.12"


def test_a_report_of_the_past_takes_nothing_from_it(builder: ApiBuilder) -> None:
    for days, version in ((2, "3.12"), (9, "3.11"), (1, "3.12.3")):
        at = (timezone.now() - timedelta(days=days)).isoformat()
        told = {"python_version_requested": version, "python_version_origin": "runtime.txt", "python_version": "3.12.3"}
        run = {"app": "shop", "stack": STACK, "started_at": at, "finished_at": at, "report": told, **BUILDPACK}
        assert builder.post("/reports", run).status_code == 201
    assert known() == "3.12.3"


def test_it_outlives_its_build_and_not_its_app(builder: ApiBuilder) -> None:
    builder.build(app="shop")
    detect(builder, "3.12")
    Build.objects.all().delete()
    assert [(situation.request_version, apps) for situation, apps in situation_counts().items()] == [("3.12", 1)]
    App.objects.all().delete()
    assert not LastDetection.objects.exists()
