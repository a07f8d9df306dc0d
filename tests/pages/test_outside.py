"""Pages of outside copies: watching one, seeing what differs, checking it now."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.pages.test_query_counts import queries
from tests.services.versions.outside.watching import STACK, publish, watched
from tests.unit.builder.stand_in import Answer, always, stand_in
from versions.models import OutsideCopy, OutsideDifference, OutsideRun
from versions.services.drift import check_copy

FIELDS = {"name": "docs page", "location": "docs.md", "form": "documentation page", "stack": "", "every": "60"}


def seen(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_copy_is_watched_changed_and_forgotten(publisher_page: Client) -> None:
    publish("3.12.3")
    assert "No copy is watched" in seen(publisher_page, "/runtimes/outside/")
    answer = publisher_page.post("/runtimes/outside/new/", {**FIELDS, "is_enabled": "on"})
    copy = OutsideCopy.objects.get()
    assert answer.headers["Location"] == f"/runtimes/outside/{copy.pk}/"
    assert (copy.name, copy.every_minutes, copy.is_enabled) == ("docs page", 60, True)
    assert OutsideRun.objects.get().requested_by_name == "paul"
    assert "Asked for" in seen(publisher_page, f"/runtimes/outside/{copy.pk}/")

    publisher_page.post(f"/runtimes/outside/{copy.pk}/edit/", {**FIELDS, "stack": STACK, "every": "1440"})
    copy.refresh_from_db()
    assert (copy.stack, copy.every_minutes, copy.is_enabled) == (STACK, 1440, False)
    assert "by hand only" in seen(publisher_page, "/runtimes/outside/")

    assert "Stop watching docs page?" in seen(publisher_page, f"/runtimes/outside/{copy.pk}/remove/")
    publisher_page.post(f"/runtimes/outside/{copy.pk}/remove/")
    assert not OutsideCopy.objects.exists()
    assert publisher_page.get(f"/runtimes/outside/{copy.pk}/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"name": "a\nb"}, {"name": "x" * 81}, {"location": "../x"}, {"location": "ftp://x/"},
        {"form": "x"}, {"location": "http://a b/"}, {"every": "1"}, {"every": "x"}, {"stack": "gone"},
        {"location": "a\0b"}, {"name": "taken"},
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_said_beside_its_field(publisher_page: Client, wrong: dict[str, str]) -> None:
    publish("3.12.3")
    watched("a.json", name="taken")
    answer = publisher_page.post("/runtimes/outside/new/", {**FIELDS, **wrong})
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert OutsideCopy.objects.count() == 1


def test_differences_are_shown_row_by_row_and_on_the_dashboard(publisher_page: Client, settings: Settings) -> None:
    publish("3.11.9", "3.12.3")
    assert "Outside copies of the table" not in seen(publisher_page, "/").partition("<main")[2]
    with stand_in(always(Answer(body=b'["3.11.9", "3.12.2", "<b>"]'))) as server:
        settings.FETCH_HOSTS = [server.url]
        copy_id = watched(f"{server.url}/<x>", name="docs page")
        check_copy(copy_id=copy_id)
    since = timezone.now() - timedelta(days=63)
    OutsideDifference.objects.update(first_seen_at=since)
    page = seen(publisher_page, f"/runtimes/outside/{copy_id}/")
    assert "2 rows differ" in page
    assert "<code>3.12.2</code>" in page
    assert "&lt;x&gt;" in page
    dashboard = " ".join(seen(publisher_page, "/").split())
    assert f"2 rows differ since {since.day} {since:%b}, 63 days" in dashboard
    assert "2 rows differ" in seen(publisher_page, "/runtimes/outside/")


def test_a_check_that_fails_is_told_with_its_code(viewer_page: Client) -> None:
    publish("3.12.3")
    copy_id = watched("http://127.0.0.1:9/x")
    check_copy(copy_id=copy_id)
    for address in ("/", f"/runtimes/outside/{copy_id}/"):
        assert "<code>address::not-allowed</code>" in seen(viewer_page, address)
    assert "Check fails" in seen(viewer_page, "/runtimes/outside/")


def test_checking_is_asked_for_by_publishers(viewer_page: Client, publisher_page: Client) -> None:
    publish("3.12.3")
    copy_id = watched("docs.md")
    for address in ("new/", f"{copy_id}/edit/", f"{copy_id}/remove/", f"{copy_id}/check/"):
        assert viewer_page.post(f"/runtimes/outside/{address}", FIELDS).status_code == 403
    assert "Check now" not in seen(viewer_page, f"/runtimes/outside/{copy_id}/")
    assert publisher_page.get(f"/runtimes/outside/{copy_id}/check/").status_code == 405
    for _ in range(2):
        answer = publisher_page.post(f"/runtimes/outside/{copy_id}/check/", follow=True)
        assert "The check begins" in answer.content.decode()
    assert OutsideRun.objects.count() == 1


def test_lists_cost_the_same_at_three_and_at_thirty(viewer_page: Client) -> None:
    publish("3.12.3")
    counts = []
    for number in (3, 30):
        for index in range(number):
            check_copy(copy_id=watched("none.json", name=f"copy {number} {index}"))
        counts.append(queries(viewer_page, "/runtimes/outside/"))
    assert counts[0] == counts[1]
