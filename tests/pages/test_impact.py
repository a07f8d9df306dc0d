"""The impact preview on pages, as CSV and as JSON."""

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from builds.domain.impact import Situation
from builds.models import App, Build
from builds.services.last_detections import keep_all_detections
from tests.fleet import build_fleet
from tests.pages.published import leave_pending, publish_shipped, publish_waiting
from tests.standing import standing_data


@pytest.fixture(autouse=True, scope="module")
def _fleet(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, publish_for_a_fleet)


def publish_for_a_fleet() -> None:
    publish_shipped()
    build_fleet(
        [
            Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.3"),
            Situation("scalingo-22", "amd64", "3.12.3", "runtime.txt", "3.12.3"),
        ]
    )
    App.objects.filter(name="app-0").update(owner="=cmd()", contact="a@example.org")
    leave_pending("3.12.4")


class TestPages:
    def test_publish_preview_counts(self, publisher_page: Client) -> None:
        found = publisher_page.get("/runtimes/publish/", {"pick": "scalingo-22:3.12.4"}).context["impact"]
        assert (found.apps, dict(found.fates)["moves"], dict(found.fates)["stays-pinned"]) == (2, 1, 1)

    def test_list_names_app_and_owner(self, publisher_page: Client) -> None:
        page = publisher_page.get("/runtimes/publish/impact/", {"pick": "scalingo-22:3.12.4", "fate": "moves"})
        assert [(row.name, row.impact.before, row.impact.after) for row in page.context["rows"]] == [
            ("app-0", "3.12.3", "3.12.4")
        ]

    def test_csv_runs_nothing_in_a_spreadsheet(self, publisher_page: Client) -> None:
        reply = publisher_page.get("/runtimes/publish/impact.csv", {"pick": "everything", "fate": "moves"})
        lines = reply.getvalue().decode().splitlines()
        assert lines[1] == "app-0,'=cmd(),a@example.org,scalingo-22,3.12,runtime.txt,3.12.3,3.12.3,3.12.4,moves,,"
        assert len(lines) == 2

    def test_json_has_counts_and_apps(self, publisher_page: Client) -> None:
        reply = json.loads(publisher_page.get("/runtimes/publish/impact.json", {"pick": "everything"}).content)
        assert (reply["apps"], reply["counts"]["moves"], len(reply["results"])) == (2, 1, 2)

    def test_of_a_rollback_and_a_withdrawal(self, publisher_page: Client) -> None:
        query = {"version": "3.12.3", "status": "withdrawn", "stack": "scalingo-22", "fate": "newly-fails"}
        assert [row.name for row in publisher_page.get("/runtimes/publish/impact/", query).context["rows"]] == ["app-1"]
        publish_waiting()
        rollback = publisher_page.get("/runtimes/revisions/1/rollback/").context["impact"]
        assert dict(rollback.fates)["moves"] == 1

    @pytest.mark.parametrize("query", [{}, {"revision": "x"}, {"version": "3.12.3", "status": "yanked"}])
    def test_of_nothing_is_refused(self, publisher_page: Client, query: dict[str, str]) -> None:
        assert publisher_page.get("/runtimes/publish/impact/", query).status_code == 400

    def test_rolling_back_warns_of_apps_that_ask_for_what_it_takes_away(self, publisher_page: Client) -> None:
        publish_waiting()
        assert "takes away" not in publisher_page.get("/runtimes/revisions/1/rollback/").content.decode()
        Build.objects.filter(app__name="app-1", number=2).update(request_version="3.12.4")
        keep_all_detections()
        page = publisher_page.get("/runtimes/revisions/1/rollback/").content.decode()
        assert "1 app asks for what this takes away; its next build fails." in page
        listed = publisher_page.get("/runtimes/publish/impact/", {"revision": "1", "fate": "newly-fails"})
        assert [row.name for row in listed.context["rows"]] == ["app-1"]
