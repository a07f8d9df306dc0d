"""Yanking and withdrawing on a page."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.pages.published import leave_pending, publish_shipped
from tests.standing import standing_data
from versions.domain.version import Version
from versions.models import Revision
from versions.selectors.published import published_table

PAGE = "/runtimes/releases/3.12.3/retire/"
CHOICE = {"stack": "scalingo-22", "status": "withdrawn", "reason": "It leaks keys"}


@pytest.fixture(autouse=True, scope="module")
def _published(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, publish_shipped)


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(stack|status|reason|current|outcome)" value="([^"]*)">', html))


def test_preview_then_withdraw(publisher_page: Client) -> None:
    page = publisher_page.get(PAGE, CHOICE)
    assert "Withdraw 3.12.3 from 1 stack" in page.content.decode()
    assert Revision.objects.count() == 1
    reply = publisher_page.post(PAGE, hidden(page.content.decode()))
    assert reply.headers["Location"] == "/runtimes/revisions/2/"
    stack = published_table().table.find_stack("scalingo-22")
    release = stack.find_release(Version(3, 12, 3)) if stack else None
    assert release is not None
    assert (release.status, release.reason) == ("withdrawn", "It leaks keys")


def test_the_empty_form_is_no_mistake(publisher_page: Client) -> None:
    assert publisher_page.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    "change", [{"reason": " "}, {"reason": "a\0"}, {"status": "gone"}, {"stack": "nowhere"}, {"reason": "x" * 2001}]
)
def test_what_is_missing_is_told(publisher_page: Client, change: dict[str, str]) -> None:
    assert publisher_page.get(PAGE, CHOICE | change).status_code in (400, 404)
    assert publisher_page.post(PAGE, CHOICE | change).status_code in (400, 404, 412)
    assert Revision.objects.count() == 1


def test_another_publisher_in_between(publisher_page: Client) -> None:
    page = publisher_page.get(PAGE, CHOICE)
    leave_pending("3.12.4")
    other = publisher_page.get(PAGE, CHOICE | {"status": "yanked"})
    publisher_page.post(PAGE, hidden(other.content.decode()))
    assert publisher_page.post(PAGE, hidden(page.content.decode())).status_code == 412


def test_is_the_publishers(viewer_page: Client) -> None:
    assert viewer_page.get(PAGE).status_code == 403
