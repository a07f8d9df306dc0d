"""Lists cost the same at 3 rows and at 300."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from builds import admin as raw_data
from tests.pages.published import publish_shipped, publish_waiting, report_builds
from tests.tables import small_table
from versions.domain.document import table_document
from versions.models import Revision
from versions.services.pending import import_table

TABLE_PAGES = ("/runtimes/", "/runtimes/publish/", "/stacks/", "/runtimes/releases/", "/runtimes/releases/3.12.3/")


def queries(client: Client, address: str) -> int:
    client.get(address)  # what a process reads once is read
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def add_revisions(count: int) -> None:
    newest = Revision.objects.latest("number")
    Revision.objects.bulk_create(
        Revision(
            number=newest.number + step,
            document=newest.document,
            digest=newest.digest,
            previous_digest=newest.digest,
            message=f"Number {newest.number + step}",
            published_at=timezone.now(),
            published_by_name="a test",
        )
        for step in range(1, count + 1)
    )


@pytest.mark.parametrize("address", ["/", "/builds/"])
def test_builds_cost_the_same(viewer_page: Client, address: str) -> None:
    publish_shipped()
    for app in ("shop", "crm", "docs"):
        report_builds(1, app=app, status="failed", failure_code="hooks::pre_compile")
    few = queries(viewer_page, address)
    for number in range(30):
        report_builds(10, app=f"app-{number}", status="failed", failure_code="hooks::post_compile")
    assert queries(viewer_page, address) == few


def test_raw_data_leads_to_no_more_rows_than_it_counts(admin_page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_data, "MOST_COUNTED", 50)
    report_builds(70)
    last = admin_page.get("/admin/builds/build/?p=3").content.decode()
    assert "50 builds" in last
    assert last.count("field-number") == 10
    assert "p=4" not in last


def test_revisions_cost_the_same(viewer_page: Client) -> None:
    import_table(document=table_document(small_table("3.12.3")))
    publish_waiting()
    add_revisions(2)
    few = queries(viewer_page, "/runtimes/revisions/")
    add_revisions(297)
    assert queries(viewer_page, "/runtimes/revisions/") == few


def test_table_pages_cost_the_same_whatever_the_table(publisher_page: Client) -> None:
    publish_shipped("2024-documented")
    few = {address: queries(publisher_page, address) for address in TABLE_PAGES}
    publish_shipped("2026-08-current")
    assert {address: queries(publisher_page, address) for address in TABLE_PAGES} == few
