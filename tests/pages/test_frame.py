"""What holds on every page, whatever it shows: the policy, no inline code, one main, a sign-in before it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from portal.middleware import CONTENT_SECURITY_POLICY
from tests.pages.published import leave_pending, publish_shipped, report_builds
from tests.standing import standing_data

PRIVATE = [
    "/",
    "/profile/",
    "/accounts/password/change/",
    "/runtimes/",
    "/runtimes/?discontinued=1",
    "/runtimes/publish/",
    "/runtimes/publish/?pick=scalingo-22:3.12.4",
    "/runtimes/publish/?pick=everything",
    "/runtimes/releases/",
    "/runtimes/releases/3.12.3/",
    "/runtimes/outside/",
    "/runtimes/outside/new/",
    "/runtimes/revisions/",
    "/runtimes/revisions/1/",
    "/runtimes/revisions/1/rollback/",
    "/runtimes/revisions/1/diff/1/",
    "/stacks/",
    "/stacks/scalingo-22/",
    "/builds/",
    "/apps/",
]
RAW_DATA = [
    "/admin/",
    "/admin/versions/",
    "/admin/versions/release/",
    "/admin/versions/release/add/",
    "/admin/versions/revision/",
    "/admin/versions/archivejob/",
    "/admin/versions/outsidecopy/",
    "/admin/versions/outsiderun/",
    "/admin/versions/outsidedifference/",
    "/admin/portal/user/",
    "/admin/portal/token/",
    "/admin/portal/userevent/",
]
PUBLIC = ["/accounts/login/", "/docs/codes/", "/docs/codes/auth::missing"]


class InlineFinder(HTMLParser):
    """Collects what the policy would stop, and counts landmarks."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped: list[str] = []
        self.mains = 0
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.mains += tag == "main"
        self.ids += [values["id"] or ""] if "id" in values else []
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") != "application/json"):
            self.stopped.append(tag)
        for name, value in attrs:
            is_code = name == "style" or name.startswith(("on", "hx-on"))
            is_foreign = name in {"src", "href"} and re.match(
                r"\s*(data|javascript|https?):", value or "", re.IGNORECASE
            )
            if is_code or (is_foreign and tag != "a"):
                self.stopped.append(f"{tag} {name}={value}")


def read(html: str) -> InlineFinder:
    finder = InlineFinder()
    finder.feed(html)
    return finder


@pytest.fixture(scope="module")
def filled_portal(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, fill)


@pytest.fixture
def filled(filled_portal: None, db: None) -> None:
    """A portal with a table, a release that waits, and builds."""


def fill() -> None:
    publish_shipped()
    leave_pending()
    report_builds(3)
    report_builds(2, app="crm", status="failed", failure_code="hooks::pre_compile")


@pytest.mark.parametrize("address", PRIVATE + RAW_DATA + PUBLIC)
def test_page_obeys_the_policy(admin_page: Client, filled: None, address: str) -> None:
    client = Client() if address == "/accounts/login/" else admin_page
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    found = read(response.content.decode())
    assert found.stopped == []
    assert found.mains == 1
    assert len(found.ids) == len(set(found.ids))


@pytest.mark.parametrize("address", PRIVATE)
def test_page_has_a_skip_link_and_a_title(admin_page: Client, filled: None, address: str) -> None:
    html = admin_page.get(address).content.decode()
    assert '<a class="skip" href="#main">' in html
    assert re.search(r"<title>\S.* · Python runtimes</title>", html)


@pytest.mark.parametrize("address", PRIVATE)
def test_page_asks_for_a_sign_in(filled: None, address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/"])
def test_raw_data_has_no_sign_in_of_its_own(db: None, address: str) -> None:
    response = Client().get(address, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nowhere/", 404), ("/runtimes/revisions/99/", 404), ("/runtimes/releases/x/", 404), ("/stacks/none/", 404)],
)
def test_error_page_names_its_code(admin_page: Client, filled: None, address: str, status: int) -> None:
    response = admin_page.get(address)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert re.search(r"<code>\w+::[\w-]+</code>", response.content.decode())
