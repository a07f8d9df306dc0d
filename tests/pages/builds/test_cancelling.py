"""Asking a build to stop from its page."""

from django.test import Client

from builds.domain.statuses import BuildStatus
from builds.models import Build
from builds.services import Outcome, finish_build
from tests.reporting import BUILDER, begun, fence_of, publish_two_stacks


def test_publisher_stops_a_running_build(publisher_page: Client) -> None:
    publish_two_stacks()
    build = begun()
    address = f"/builds/{build.id}/cancel/"
    assert f'href="{address}"' in publisher_page.get(f"/builds/{build.id}/").content.decode()
    assert "Stop this build" in publisher_page.get(address).content.decode()
    assert Build.objects.get().cancel_requested_at is None
    page = publisher_page.post(address, follow=True).content.decode()
    assert "paul asked this build to stop." in page
    assert f'href="{address}"' not in page
    stored = Build.objects.get()
    assert (stored.status, stored.cancel_requested_by_name) == ("running", "paul")


def test_queued_build_ends_at_once(publisher_page: Client) -> None:
    publish_two_stacks()
    build = begun(is_queued=True)
    page = publisher_page.post(f"/builds/{build.id}/cancel/", follow=True).content.decode()
    assert "The build is cancelled; no builder had taken it yet." in page
    assert Build.objects.get().status == "cancelled"


def test_build_that_ended_meanwhile_is_shown_as_it_ended(publisher_page: Client) -> None:
    publish_two_stacks()
    build = begun()
    outcome = Outcome(BuildStatus.SUCCEEDED)
    finish_build(build_id=build.id, fence=fence_of(build), outcome=outcome, caller=BUILDER)
    assert publisher_page.get(f"/builds/{build.id}/cancel/").status_code == 302
    page = publisher_page.post(f"/builds/{build.id}/cancel/", follow=True).content.decode()
    assert "The build has ended as succeeded" in page
    assert Build.objects.get().status == "succeeded"


def test_viewer_may_not(viewer_page: Client) -> None:
    publish_two_stacks()
    build = begun()
    assert "/cancel/" not in viewer_page.get(f"/builds/{build.id}/").content.decode()
    assert viewer_page.get(f"/builds/{build.id}/cancel/").status_code == 403
    assert viewer_page.post(f"/builds/{build.id}/cancel/").status_code == 403
    assert Build.objects.get().cancel_requested_at is None


def test_unknown_build_cannot_be_stopped(publisher_page: Client) -> None:
    assert publisher_page.post("/builds/4711/cancel/").status_code == 404
