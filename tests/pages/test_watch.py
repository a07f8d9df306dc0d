"""After publishing: a revision's page watches builds, and lists the apps that move."""

import pytest
from django.test import Client

from builds.domain.impact import Situation
from builds.models import Build
from tests.fleet import build_fleet
from tests.pages.published import SOMEBODY, leave_pending, publish_shipped, publish_waiting
from versions.services.publishing import roll_back

PAGE, LIVE = "/runtimes/revisions/2/", "/runtimes/revisions/2/watch/"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def patched(db: None) -> None:
    """Two apps are foretold to move; one has, one build failed in a way that nobody had seen."""
    publish_shipped()
    leave_pending("3.12.4")
    build_fleet([Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.3")] * 2)
    Build.objects.update(revision=1)
    since = publish_waiting().published_at
    for build, code in zip(
        Build.objects.filter(number=2).order_by("app__name"), ("", "builder::full-disk"), strict=True
    ):
        Build.objects.create(
            app=build.app, number=3, stack=build.stack, arch="amd64", status="failed" if code else "succeeded",
            failure_code=code, requested_by_name="token one", revision=2, detection={"detected": True},
            builder={"name": "mill"}, python_version="" if code else "3.12.4", python_major=None if code else 3,
            python_minor=None if code else 12, python_patch=None if code else 4,
            created_at=since, started_at=since,
            finished_at=since,
        )  # fmt: skip


def test_the_page_says_it_without_a_script(viewer_page: Client, patched: None) -> None:
    page = viewer_page.get(PAGE)
    text = " ".join(page.content.decode().split())
    watch = page.context["watch"]
    assert (watch.on_it.builds, watch.on_it.blame_platform, watch.moved, watch.foretold.moves) == (2, 1, 1, 2)
    assert "never seen before" in text
    assert "mill" in text
    assert f'hx-get="{LIVE}"' in text
    assert "Roll back" not in text


def test_one_button_goes_to_the_rollback(publisher_page: Client, patched: None) -> None:
    assert '/runtimes/revisions/1/rollback/"' in publisher_page.get(PAGE).content.decode()


def test_the_live_part_alone_is_asked_for_again_and_again(viewer_page: Client, patched: None) -> None:
    part = viewer_page.get(LIVE, headers=FRAGMENT)
    assert part.content.decode().lstrip().startswith('<section id="watch"')
    assert "HX-Request" in part.headers["Vary"]
    roll_back(number=1, message="back", actor=SOMEBODY)
    assert "hx-get" not in viewer_page.get(LIVE, headers=FRAGMENT).content.decode()


def test_the_apps_that_move(viewer_page: Client, patched: None) -> None:
    waiting = viewer_page.get(LIVE)
    assert [row.name for row in waiting.context["rows"]] == ["app-1"]
    assert [row.name for row in viewer_page.get(LIVE, {"show": "moved"}).context["rows"]] == ["app-0"]
    assert viewer_page.get(LIVE, {"show": "moved", "after": "app-0\0"}).status_code == 200
    assert "No app is among these" in viewer_page.get("/runtimes/revisions/1/watch/").content.decode()


def test_of_no_revision(viewer_page: Client, patched: None) -> None:
    assert viewer_page.get("/runtimes/revisions/9/watch/").status_code == 404


def test_asks_the_same_number_of_queries_whatever_there_is(
    viewer_page: Client, patched: None, django_assert_max_num_queries: object
) -> None:
    viewer_page.get(PAGE)
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        viewer_page.get(PAGE)
