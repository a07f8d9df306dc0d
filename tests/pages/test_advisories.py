"""Advisories on pages: written with a look at the difference, shown wherever their releases are."""

import csv
import json

import pytest
from django.test import Client

from builds.domain.impact import Situation
from builds.models import App
from tests.fleet import build_fleet
from tests.pages.published import publish_shipped
from versions.models import Advisory

NEW = {
    "identifier": "CVE-2024-0450", "title": "Zip <bombs>", "severity": "high", "url": "https://example.org/1",
    "affected": "3.12, 3.11.0-3.11.7", "fixed_in": "3.12.2 3.11.8", "text": "Two\r\n\r\nparagraphs",
}  # fmt: skip
FLEET = [
    Situation("scalingo-22", "amd64", "3.12", "runtime.txt", "3.12.1"),
    Situation("scalingo-22", "amd64", "3.12.1", "runtime.txt", "3.12.1"),
    Situation("scalingo-22", "amd64", "3.12.3", "runtime.txt", "3.12.3"),
]


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    publish_shipped()


def written(page: Client, **changes: str) -> Advisory:
    reply = page.post("/runtimes/advisories/new/", {**NEW, "step": "save", **changes})
    assert reply.status_code == 302, reply.content
    return Advisory.objects.latest("pk")


def test_a_look_saves_nothing_and_names_what_would_be_affected(publisher_page: Client) -> None:
    page = publisher_page.post("/runtimes/advisories/new/", {**NEW, "step": "look"})
    changes = {change.label: change.after for change in page.context["changes"]}
    assert changes["Affected releases"] == "3.12, 3.11.0-3.11.7"
    assert changes["Published releases that it names"].startswith("3.12.1, 3.12.0, 3.11.7")
    assert not Advisory.objects.exists()


def test_written_edited_withdrawn_and_reinstated(publisher_page: Client) -> None:
    advisory = written(publisher_page)
    address = f"/runtimes/advisories/{advisory.pk}/"
    form = publisher_page.get(f"{address}edit/")
    seen = form.context["seen"]
    edit = {**NEW, "title": "Worse", "seen": seen}
    changes = publisher_page.post(f"{address}edit/", {**edit, "step": "look"}).context["changes"]
    assert [(change.label, change.before, change.after) for change in changes] == [("Title", "Zip <bombs>", "Worse")]
    assert publisher_page.post(f"{address}edit/", {**edit, "step": "save"}).status_code == 302
    late = publisher_page.post(f"{address}edit/", {**edit, "title": "Late", "step": "save"})
    assert (late.status_code, "Somebody changed this advisory" in late.content.decode()) == (409, True)
    seen = publisher_page.get(address).context["row"].digest
    publisher_page.post(f"{address}withdraw/", {"reason": "rejected", "seen": seen})
    withdrawn = publisher_page.get(address)
    assert "rejected" in withdrawn.content.decode()
    publisher_page.post(f"{address}withdraw/", {"reinstate": "1", "seen": withdrawn.context["row"].digest})
    advisory.refresh_from_db()
    assert (advisory.title, advisory.withdrawn_at) == ("Worse", None)


@pytest.mark.parametrize(
    "fault",
    [{"affected": "3.12 nonsense"}, {"affected": ""}, {"fixed_in": "3.12"}, {"identifier": "a b"},
     {"url": "javascript:1"}, {"fixed_in": "3.9.1"}, {"severity": "dire"}, {"title": "x\0"}],
)  # fmt: skip
def test_faults_stay_in_the_form(publisher_page: Client, fault: dict[str, str]) -> None:
    page = publisher_page.post("/runtimes/advisories/new/", {**NEW, **fault, "step": "save"})
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == fault.keys()
    assert not Advisory.objects.exists()


def test_its_apps_by_what_fixes_them(publisher_page: Client) -> None:
    build_fleet(FLEET)
    App.objects.filter(name="app-1").update(owner="=cmd()")
    address = f"/runtimes/advisories/{written(publisher_page).pk}/"
    page = publisher_page.get(address)
    assert [app.name for app in page.context["apps"]] == ["app-0", "app-1"]
    assert dict(page.context["counts"])["next-build"] == 1
    assert "Zip &lt;bombs&gt;" in page.content.decode()
    unpin = publisher_page.get(address, {"remedy": "unpin"}).context["apps"]
    assert [app.name for app in unpin] == ["app-1"]
    lines = list(csv.reader(publisher_page.get(f"{address}apps.csv?remedy=unpin").getvalue().decode().splitlines()))
    assert lines[1] == [
        "app-1", "'=cmd()", "", "scalingo-22", "3.12.1", "runtime.txt", "", "3.12.1", "3.12.1", "unpin", "3.12.3",
    ]  # fmt: skip
    document = json.loads(publisher_page.get(f"{address}apps.json").getvalue())
    assert (document["apps"], document["counts"]["unpin"], len(document["results"])) == (2, 1, 2)
    assert publisher_page.get("/runtimes/advisories/").context["lines"][0][1].total == 2


def test_releases_matrix_app_and_build_show_it(publisher_page: Client) -> None:
    build_fleet(FLEET)
    written(publisher_page, affected="3.12", fixed_in="3.12.9")
    for address in ("/runtimes/releases/3.12.3/", "/runtimes/", "/apps/app-0/", "/apps/app-2/"):
        assert "CVE-2024-0450" in publisher_page.get(address).content.decode(), address
    assert "vulnerable" in publisher_page.get("/runtimes/releases/").content.decode()
    build = App.objects.get(name="app-2").builds.latest("number")
    page = publisher_page.get(f"/builds/{build.pk}/").content.decode()
    assert "Python 3.12.3 is vulnerable: CVE-2024-0450" in page


def test_who_may_write(viewer_page: Client, client: Client) -> None:
    assert viewer_page.get("/runtimes/advisories/").status_code == 200
    assert viewer_page.get("/runtimes/advisories/new/").status_code == 403
    assert viewer_page.post("/runtimes/advisories/1/withdraw/").status_code == 403
    assert viewer_page.get("/runtimes/advisories/4711/").status_code == 404
    assert client.get("/runtimes/advisories/").status_code == 302
