"""Pages before the first table was published."""

import pytest
from django.test import Client

PENDING = "/runtimes/pending/"


@pytest.mark.parametrize("address", ["/", "/runtimes/", "/runtimes/publish/", "/runtimes/releases/", "/stacks/"])
def test_page_without_any_table_says_what_to_do(admin_page: Client, address: str) -> None:
    response = admin_page.get(address)
    assert response.status_code == 200
    assert "No version table has been published yet" in response.content.decode()


def test_revisions_without_any_table_are_an_empty_list(admin_page: Client) -> None:
    assert "No revision here" in admin_page.get("/runtimes/revisions/").content.decode()


def test_nothing_is_pending_yet(viewer_page: Client) -> None:
    assert "No version table has been published yet" in viewer_page.get(PENDING).content.decode()
