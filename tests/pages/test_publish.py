"""Publishing in the browser: choose, look, confirm, and everything that may come in between."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.pages.published import leave_pending, publish_shipped, publish_waiting
from tests.standing import standing_data
from versions.models import Revision, Stack, StoredArchive
from versions.selectors.published import published_table

PUBLISH = "/runtimes/publish/"
PICK = "scalingo-22:3.12.4"


@pytest.fixture(scope="module")
def portal_that_waits(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, publish_and_leave_two_releases)


@pytest.fixture
def waiting(portal_that_waits: None, db: None) -> None:
    """A portal with the table of 2024 and one release that waits on two stacks."""


def publish_and_leave_two_releases() -> None:
    publish_shipped()
    leave_pending("3.12.4", "scalingo-22")
    leave_pending("3.12.4", "scalingo-20")


def form_of(html: str) -> dict[str, list[str]]:
    """The hidden fields of the confirmation."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(pick|current|outcome)" value="([^"]*)">', html):
        fields.setdefault(name, []).append(value)
    return fields


def preview(client: Client, *picks: str) -> dict[str, list[str]]:
    response = client.get(PUBLISH, {"pick": picks})
    assert response.status_code == 200
    return form_of(response.content.decode())


def test_choice_lists_what_waits_by_version(publisher_page: Client, waiting: None) -> None:
    html = publisher_page.get(PUBLISH).content.decode()
    assert 'value="scalingo-22:3.12.4"' in html
    assert 'value="scalingo-20:3.12.4"' in html


def test_one_release_is_published_and_the_other_stays(publisher_page: Client, waiting: None) -> None:
    response = publisher_page.post(PUBLISH, {**preview(publisher_page, PICK), "message": "First on 22"})
    assert response.headers["Location"] == "/runtimes/revisions/2/"
    revision = published_table()
    assert (revision.number, revision.message, revision.published_by) == (2, "First on 22", "paul")
    html = publisher_page.get(PUBLISH).content.decode()
    assert 'value="scalingo-20:3.12.4"' in html
    assert 'value="scalingo-22:3.12.4"' not in html


def test_button_names_the_act(publisher_page: Client, waiting: None) -> None:
    assert publisher_page.get(PUBLISH, {"pick": PICK}).context["act"] == "Publish 3.12.4 to scalingo-22"
    both = publisher_page.get(PUBLISH, {"pick": [PICK, "scalingo-20:3.12.4"]})
    assert both.context["act"] == "Publish 3.12.4 to 2 stacks"


def test_preview_says_what_the_series_gets(publisher_page: Client, waiting: None) -> None:
    steps = publisher_page.get(PUBLISH, {"pick": PICK}).context["preview"].steps
    assert [(step.stack, str(step.before), str(step.after)) for step in steps] == [("scalingo-22", "3.12.3", "3.12.4")]


def test_release_without_an_archive_is_not_published(publisher_page: Client, waiting: None) -> None:
    leave_pending("3.12.5", "scalingo-22", is_verified=False)
    fields = preview(publisher_page, "scalingo-22:3.12.5")
    page = publisher_page.get(PUBLISH, {"pick": "scalingo-22:3.12.5"})
    assert [str(part) for part in page.context["unfit"]] == ["scalingo-22:3.12.5"]
    reply = publisher_page.post(PUBLISH, {**fields, "message": "All the same"})
    assert reply.status_code == 422
    assert "publish::not-verified" in reply.content.decode()
    assert Revision.objects.count() == 1


def test_archive_that_failed_its_checks_does_not_count(publisher_page: Client, waiting: None) -> None:
    StoredArchive.objects.update(is_verified=False)
    reply = publisher_page.post(PUBLISH, {**preview(publisher_page, PICK), "message": "All the same"})
    assert reply.status_code == 422
    assert Revision.objects.count() == 1


def test_release_for_two_architectures_needs_both(publisher_page: Client, waiting: None) -> None:
    Stack.objects.filter(name="scalingo-22").update(archs=["amd64", "arm64"])
    page = publisher_page.get(PUBLISH, {"pick": [PICK, "scalingo-22"]})
    assert [str(part) for part in page.context["unfit"]] == [PICK]


def test_looking_publishes_nothing(publisher_page: Client, waiting: None) -> None:
    preview(publisher_page, PICK)
    publisher_page.get(PUBLISH, {"pick": "everything"})
    assert Revision.objects.count() == 1


def test_message_is_required_and_the_choice_is_kept(publisher_page: Client, waiting: None) -> None:
    response = publisher_page.post(PUBLISH, {**preview(publisher_page, PICK), "message": "   "})
    assert response.status_code == 422
    assert form_of(response.content.decode())["pick"] == [PICK]
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("message", ["a\0b", "x" * 2001])
def test_message_that_cannot_be_kept_is_refused(publisher_page: Client, waiting: None, message: str) -> None:
    assert publisher_page.post(PUBLISH, {**preview(publisher_page, PICK), "message": message}).status_code == 422
    assert Revision.objects.count() == 1


def test_table_that_moved_meanwhile_is_looked_at_again(publisher_page: Client, waiting: None) -> None:
    looked_at = preview(publisher_page, PICK)
    publisher_page.post(PUBLISH, {**preview(publisher_page, "scalingo-20:3.12.4"), "message": "Quicker"})
    response = publisher_page.post(PUBLISH, {**looked_at, "message": "Slower"})
    assert response.status_code == 412
    assert "Somebody published in the meantime" in response.content.decode()
    assert form_of(response.content.decode())["current"] == [published_table().digest]
    assert Revision.objects.count() == 2


def test_edit_that_came_in_between_is_looked_at_again(publisher_page: Client, waiting: None) -> None:
    looked_at = preview(publisher_page, "everything")
    Stack.objects.filter(name="scalingo-20").update(status="deprecated")
    assert publisher_page.post(PUBLISH, {**looked_at, "message": "Blind"}).status_code == 412
    assert Revision.objects.count() == 1


def test_everything_takes_edits_of_stacks_along(publisher_page: Client, waiting: None) -> None:
    Stack.objects.filter(name="scalingo-20").update(status="deprecated")
    publisher_page.post(PUBLISH, {**preview(publisher_page, "everything"), "message": "All of it"})
    stack = published_table().table.find_stack("scalingo-20")
    assert stack is not None
    assert stack.status == "deprecated"
    assert "Nothing waits to be published" in publisher_page.get(PUBLISH).content.decode()


@pytest.mark.parametrize(
    "pick", ["scalingo-22:3.12.99", "nowhere:3.12.4", "rubbish", ":3.12.4", "scalingo-22:3.12", "a\0b:3.1.1"]
)
def test_pick_that_does_not_wait_is_told(publisher_page: Client, waiting: None, pick: str) -> None:
    response = publisher_page.get(PUBLISH, {"pick": pick})
    assert response.status_code == 409
    assert "publish::not-pending" in response.content.decode()


def test_same_release_twice_is_published_once(publisher_page: Client, waiting: None) -> None:
    fields = preview(publisher_page, PICK, PICK)
    assert publisher_page.post(PUBLISH, {**fields, "message": "Twice clicked"}).status_code == 302
    assert publisher_page.post(PUBLISH, {**fields, "message": "Twice clicked"}).status_code in {409, 412}
    assert Revision.objects.count() == 2


def test_roll_back_publishes_the_older_content_again(publisher_page: Client, waiting: None) -> None:
    publish_waiting()
    page = publisher_page.get("/runtimes/revisions/1/rollback/")
    fields = form_of(page.content.decode())
    response = publisher_page.post("/runtimes/revisions/1/rollback/", {**fields, "message": "It broke crm"})
    assert response.headers["Location"] == "/runtimes/revisions/3/"
    assert published_table(3).digest == published_table(1).digest


def test_roll_back_notices_another_publisher(publisher_page: Client, waiting: None) -> None:
    publish_waiting()
    response = publisher_page.post("/runtimes/revisions/1/rollback/", {"current": "sha256:old", "message": "Blind"})
    assert response.status_code == 412
    assert Revision.objects.count() == 2


def test_roll_back_to_the_current_content_is_nothing(publisher_page: Client, waiting: None) -> None:
    fields = {"current": published_table().digest, "message": "Nothing"}
    assert publisher_page.post("/runtimes/revisions/1/rollback/", fields).status_code == 409
