"""Pages of apps: filters, the entry's form, importing a list, and the CSV."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from builds.domain.app_entries import AppEntry
from builds.models import App, Build
from builds.services import register_app
from tests.pages.published import report_builds

RETAIL = AppEntry("Retail", "retail@example.org", "https://shop.example.org", is_active=True)
AS_SEEN = {
    "was_owner": "Retail",
    "was_contact": "retail@example.org",
    "was_url": "https://shop.example.org",
    "was_active": "True",
}


def upload(client: Client, text: str) -> str:
    """Uploads the list; returns the address of its preview."""
    response = client.post("/apps/import_list/", {"file": SimpleUploadedFile("apps.csv", text.encode())})
    assert response.status_code == 302, response.content
    return response.headers["Location"]


def digest_in(page: str) -> str:
    return page.partition('name="digest" value="')[2].partition('"')[0]


def test_list_is_filtered_and_keeps_its_filters(viewer_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    register_app(name="crm", entry=AppEntry("Sales", "", "", is_active=False))
    page = viewer_page.get("/apps/?owner=retail&state=active").content.decode()
    assert 'href="/apps/shop/"' in page
    assert 'href="/apps/crm/"' not in page
    assert 'href="/apps/list.csv?owner=retail&amp;state=active"' in page
    assert "No app passes these filters" in viewer_page.get("/apps/?series=3.12").content.decode()
    worn_out = viewer_page.get("/apps/?series=snake&state=asleep&q=%00").content.decode()
    assert 'href="/apps/shop/"' in worn_out


def test_app_page_tells_its_entry_and_timeline(viewer_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    report_builds(2, app="shop")
    page = viewer_page.get("/apps/shop/").content.decode()
    for text in (
        "Retail",
        "retail@example.org",
        'href="https://shop.example.org"',
        "3.8.19",
        "First succeeded on Python",
    ):
        assert text in page
    assert "Edit the entry" not in page


def test_app_page_tells_what_runs_and_where_it_came_from(viewer_page: Client) -> None:
    report_builds(1)
    Build.objects.update(request_version="3.8", request_origin="runtime.txt")
    report_builds(1, status="failed", failure_code="hooks::pre_compile")
    Build.objects.filter(number=2).update(
        python_version="3.12.3", python_major=3, python_minor=12, python_patch=3, request_origin="Pipfile"
    )
    page = viewer_page.get("/apps/shop/").content.decode()
    entry = page.partition("About this app")[2].partition("</dl>")[0]
    assert "3.8.19" in entry
    assert "<code>runtime.txt</code>" in entry
    assert "3.12.3" not in entry
    assert 'href="/builds/' in page
    App.objects.create(name="new")
    report_builds(1, app="new", status="failed", failure_code="hooks::pre_compile")
    assert "Version from" not in viewer_page.get("/apps/new/").content.decode()


def test_address_that_is_none_is_no_link(viewer_page: Client) -> None:
    App.objects.create(name="old", url="javascript:alert(1)")  # as an entry from before the rule could be
    assert 'href="javascript' not in viewer_page.get("/apps/old/").content.decode()


def test_viewer_changes_nothing(viewer_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    for address in ("/apps/shop/edit/", "/apps/import_list/", "/apps/import_list/some-key/"):
        assert viewer_page.get(address).status_code == 403
        assert viewer_page.post(address, {"owner": "me"}).status_code == 403
    assert App.objects.get().owner == "Retail"


def test_publisher_edits_an_entry(publisher_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    assert 'value="Retail"' in publisher_page.get("/apps/shop/edit/").content.decode()
    sent = {"owner": "Sales", "contact": "", "url": "https://s.example.org", **AS_SEEN}
    response = publisher_page.post("/apps/shop/edit/", sent, follow=True)
    assert response.redirect_chain[-1][0] == "/apps/shop/"
    page = response.content.decode()
    assert "The entry of shop is saved." in page
    assert "Entry changed by paul" in page
    app = App.objects.get()
    assert (app.owner, app.contact, app.url, app.is_active) == ("Sales", "", "https://s.example.org", False)


def test_bad_entry_is_told_at_its_field(publisher_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    response = publisher_page.post("/apps/shop/edit/", {"owner": "Sales", "url": "javascript:alert(1)", **AS_SEEN})
    assert response.status_code == 422
    page = response.content.decode()
    assert "starts with http:// or https://" in page
    assert 'value="Sales"' in page
    assert App.objects.get().owner == "Retail"


def test_second_editor_is_told_and_may_go_on(publisher_page: Client) -> None:
    register_app(name="shop", entry=AppEntry("Somebody else", "", "", is_active=True))
    sent = {"owner": "Sales", "contact": "", "url": "", "active": "on", **AS_SEEN}
    response = publisher_page.post("/apps/shop/edit/", sent)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody else" in page
    assert 'value="Sales"' in page
    seen_now = {"was_owner": "Somebody else", "was_contact": "", "was_url": "", "was_active": "True"}
    assert publisher_page.post("/apps/shop/edit/", {**sent, **seen_now}).status_code == 302
    assert App.objects.get().owner == "Sales"


def test_form_after_a_conflict_carries_what_is_there_now(publisher_page: Client) -> None:
    register_app(name="shop", entry=AppEntry("Somebody else", "", "", is_active=False))
    response = publisher_page.post("/apps/shop/edit/", {"owner": "Sales", "active": "on", **AS_SEEN})
    form = response.context["form"]
    assert form["was_owner"].value() == "Somebody else"
    assert not form["was_active"].value()


def test_unknown_app_has_no_form(publisher_page: Client) -> None:
    assert publisher_page.get("/apps/nothing/edit/").status_code == 404


def test_list_is_previewed_and_taken_over(publisher_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    address = upload(publisher_page, "name,owner,active\nshop,Sales,true\nnew,<b>Nina</b>,false\n")
    page = publisher_page.get(address).content.decode()
    assert "<del>Retail</del>" in page
    assert "&lt;b&gt;Nina&lt;/b&gt;" in page
    assert App.objects.count() == 1
    response = publisher_page.post(address, {"digest": digest_in(page)}, follow=True)
    assert "2 apps are taken over." in response.content.decode()
    assert set(App.objects.values_list("name", "owner")) == {("shop", "Sales"), ("new", "<b>Nina</b>")}
    gone = publisher_page.get(address)
    assert (gone.status_code, "no longer kept" in gone.content.decode()) == (410, True)


def test_bad_lines_are_shown_with_their_numbers(publisher_page: Client) -> None:
    address = upload(publisher_page, "name,active\nshop,true\nBad,true\ncrm,perhaps\n")
    page = publisher_page.get(address).content.decode()
    assert "2 lines cannot be taken" in page
    assert "Line 3" in page
    assert "Line 4" in page
    assert digest_in(page) == ""
    response = publisher_page.post(address, {"digest": ""})
    assert response.status_code == 422
    assert not App.objects.exists()


def test_list_is_not_taken_over_unseen(publisher_page: Client) -> None:
    address = upload(publisher_page, "name,owner\nshop,Sales\n")
    assert publisher_page.post(address).status_code == 409
    digest = digest_in(publisher_page.get(address).content.decode())
    register_app(name="shop", entry=RETAIL)
    response = publisher_page.post(address, {"digest": digest})
    assert response.status_code == 409
    assert "<del>Retail</del>" in response.content.decode()
    assert App.objects.get().owner == "Retail"


def test_upload_is_its_persons_alone(publisher_page: Client, admin_page: Client) -> None:
    address = upload(publisher_page, "name,owner\nshop,Sales\n")
    assert admin_page.get(address).status_code == 410
    assert admin_page.post(address, {"digest": "x"}).status_code == 410


def test_missing_file_is_asked_for(publisher_page: Client) -> None:
    response = publisher_page.post("/apps/import_list/")
    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_binary_file_is_told_to_be_none(publisher_page: Client) -> None:
    file = SimpleUploadedFile("apps.csv", bytes(range(256)) * 40)
    address = publisher_page.post("/apps/import_list/", {"file": file}).headers["Location"]
    response = publisher_page.get(address)
    assert response.status_code == 200
    assert "1 line cannot be taken" in response.content.decode()


def test_csv_has_the_apps_that_the_list_shows(viewer_page: Client) -> None:
    register_app(name="shop", entry=RETAIL)
    register_app(name="crm", entry=AppEntry("=HYPERLINK(1)", "+49 30", "", is_active=False))
    report_builds(1, app="crm")
    response = viewer_page.get("/apps/list.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="apps.csv"' in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.getvalue().decode())))
    assert rows[0] == ["name", "owner", "contact", "url", "active", "python", "stack", "latest_build"]
    assert rows[1][:7] == ["crm", "'=HYPERLINK(1)", "'+49 30", "", "false", "3.8.19", "scalingo-20"]
    assert rows[2][0] == "shop"
    dormant = viewer_page.get("/apps/list.csv?state=dormant").getvalue().decode()
    assert dormant.count("\r\n") == 2


def test_csv_needs_a_sign_in(db: None) -> None:
    assert Client().get("/apps/list.csv").status_code == 302
