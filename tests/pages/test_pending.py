"""The pending change: what differs, who did it, publishing and discarding parts of it; and the forms for edits."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.pages.published import leave_pending, publish_shipped
from tests.standing import standing_data
from versions.models import Release, Revision, Series, Stack
from versions.selectors.pending import pending_table
from versions.selectors.published import published_table

PENDING, DISCARD, PUBLISH = "/runtimes/pending/", "/runtimes/pending/discard/", "/runtimes/publish/"
STACK_FORM, SERIES_FORM = "/stacks/scalingo-20/edit/", "/stacks/scalingo-22/series/3.9/edit/"


@pytest.fixture(scope="module")
def published_portal(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, publish_shipped)


@pytest.fixture
def published(published_portal: None, db: None) -> None:
    """A portal with the table of 2024, in which nothing waits."""


def hidden(html: str) -> dict[str, list[str]]:
    """The hidden fields of the form on a page."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(pick|seen|outcome|current)" value="([^"]*)">', html):
        fields.setdefault(name, []).append(value)
    return fields


def filled(client: Client, address: str, **changes: object) -> dict[str, object]:
    """What a browser sends when the form at `address` is opened, changed, and its difference asked for."""
    response = client.get(address)
    assert response.status_code == 200
    form = response.context["form"]
    values = {field.name: field.value() for field in form if field.value() not in (None, False)}
    data = {**values, **hidden(response.content.decode()), **changes}
    return {name: value for name, value in data.items() if value is not None}


def save(client: Client, address: str, **changes: object) -> None:
    data = filled(client, address, **changes)
    looked = client.post(address, {**data, "step": "look"})
    assert looked.status_code == 200, looked.context["form"].errors
    saved = client.post(address, {**data, **hidden(looked.content.decode()), "step": "save"})
    assert saved.status_code == 302
    assert saved.headers["Location"] == PENDING


class TestPendingChange:
    def test_names_every_field_and_who_edited_it(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, STACK_FORM, status="deprecated", supported_until="2026-04-30")
        save(publisher_page, SERIES_FORM, status="deprecated")
        parts = publisher_page.get(PENDING).context["change"].parts
        assert [(str(part.part), part.edit.who) for part in parts] == [
            ("scalingo-22:3.9", "paul"), ("scalingo-20", "paul"),
        ]  # fmt: skip
        assert [(change.field, change.before, change.after) for change in parts[1].changes] == [
            ("status", "supported", "deprecated"), ("supported_until", "2025-04-30", "2026-04-30"),
        ]  # fmt: skip

    def test_names_who_edited_each_field_where_several_did(
        self, publisher_page: Client, admin_page: Client, published: None
    ) -> None:
        save(publisher_page, STACK_FORM, status="deprecated")
        save(admin_page, STACK_FORM, supported_until="2026-04-30")
        page = publisher_page.get(PENDING)
        (part,) = page.context["change"].parts
        assert [(item.field, item.edit.who) for item in part.field_edits] == [
            ("status", "paul"), ("supported_until", "ada"),
        ]  # fmt: skip
        assert "status: paul" in page.content.decode()

    def test_is_empty_when_all_is_published(self, viewer_page: Client, published: None) -> None:
        assert "Nothing is pending" in viewer_page.get(PENDING).content.decode()

    def test_a_part_is_published_and_the_rest_stays(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, STACK_FORM, status="deprecated")
        save(publisher_page, SERIES_FORM, status="deprecated")
        preview = publisher_page.get(PUBLISH, {"pick": "scalingo-20"})
        assert preview.context["act"] == "Publish 1 part"
        publisher_page.post(PUBLISH, {**hidden(preview.content.decode()), "message": "Only the stack"})
        stack = published_table().table.find_stack("scalingo-20")
        assert stack is not None
        assert stack.status == "deprecated"
        assert [str(part.part) for part in publisher_page.get(PENDING).context["change"].parts] == ["scalingo-22:3.9"]

    def test_an_import_is_cut_and_says_so(self, viewer_page: Client, published: None) -> None:
        Release.objects.update(released_on="2020-01-01")
        response = viewer_page.get(PENDING)
        assert len(response.context["parts"]) <= 500


class TestDiscarding:
    def test_puts_fields_back(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, STACK_FORM, status="deprecated")
        leave_pending("3.12.4")
        page = publisher_page.get(DISCARD, {"pick": ["scalingo-20", "scalingo-22:3.12.4"]})
        assert publisher_page.post(DISCARD, hidden(page.content.decode())).status_code == 302
        assert pending_table() == published_table().table

    def test_brings_back_what_was_taken_out(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, SERIES_FORM, remove="on")
        page = publisher_page.get(DISCARD, {"pick": "scalingo-22:3.9"})
        publisher_page.post(DISCARD, hidden(page.content.decode()))
        assert pending_table() == published_table().table

    def test_of_nothing_is_told(self, publisher_page: Client, published: None) -> None:
        assert publisher_page.get(DISCARD).status_code == 409
        assert publisher_page.post(DISCARD).status_code == 409

    def test_of_what_does_not_differ_is_told(self, publisher_page: Client, published: None) -> None:
        assert publisher_page.get(DISCARD, {"pick": "scalingo-22:3.99.1"}).status_code == 409

    def test_notices_another_editor(self, publisher_page: Client, published: None) -> None:
        leave_pending("3.12.4")
        page = publisher_page.get(DISCARD, {"pick": "scalingo-22:3.12.4"})
        leave_pending("3.12.5")
        assert publisher_page.post(DISCARD, hidden(page.content.decode())).status_code == 412
        assert Release.objects.filter(version="3.12.4").exists()

    def test_is_the_publishers(self, viewer_page: Client, published: None) -> None:
        assert viewer_page.get(DISCARD, {"pick": "*"}).status_code == 403


class TestForms:
    def test_saves_what_was_shown_and_nothing_is_published(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, "/runtimes/releases/new/", stack="scalingo-22", version="3.14.0", released_on="2025-10-07",
             status="available")  # fmt: skip
        release = Release.objects.get(version="3.14.0")
        assert (str(release.released_on), release.series.name) == ("2025-10-07", "3.14")
        assert Revision.objects.count() == 1

    def test_a_new_stack_and_series(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, "/runtimes/stacks/new/", name="scalingo-24", base="ubuntu-24.04", status="supported",
             ruleset="current", tools="pip=24.0")  # fmt: skip
        save(publisher_page, "/stacks/scalingo-24/series/new/", series="3.13", status="supported")
        assert Stack.objects.get(name="scalingo-24").tools == {"pip": "24.0"}
        assert Series.objects.filter(stack__name="scalingo-24", minor=13).exists()

    def test_the_default_stack_moves(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, STACK_FORM, is_default="on")
        assert Stack.objects.get(is_default=True).name == "scalingo-20"

    def test_a_release_is_taken_out(self, publisher_page: Client, published: None) -> None:
        save(publisher_page, "/runtimes/releases/3.12.3/edit/scalingo-22/", remove="on")
        assert not Release.objects.filter(version="3.12.3", series__stack__name="scalingo-22").exists()

    def test_looking_saves_nothing(self, publisher_page: Client, published: None) -> None:
        data = filled(publisher_page, STACK_FORM, status="deprecated")
        looked = publisher_page.post(STACK_FORM, {**data, "step": "look"})
        assert "What saving changes" in looked.content.decode()
        assert Stack.objects.get(name="scalingo-20").status == "supported"

    def test_saving_without_looking_shows_the_difference(self, publisher_page: Client, published: None) -> None:
        data = filled(publisher_page, STACK_FORM, status="deprecated")
        assert publisher_page.post(STACK_FORM, {**data, "step": "save"}).status_code == 412
        assert Stack.objects.get(name="scalingo-20").status == "supported"

    def test_another_editor_of_the_same_is_noticed(self, publisher_page: Client, published: None) -> None:
        data = filled(publisher_page, STACK_FORM, status="deprecated")
        looked = publisher_page.post(STACK_FORM, {**data, "step": "look"})
        save(publisher_page, STACK_FORM, supported_until="2030-01-01")
        late = publisher_page.post(STACK_FORM, {**data, **hidden(looked.content.decode()), "step": "save"})
        assert late.status_code == 412
        assert Stack.objects.get(name="scalingo-20").status == "supported"

    @pytest.mark.parametrize(
        ("address", "changes"),
        [
            (STACK_FORM, {"name": "Not A Name"}),
            (STACK_FORM, {"archs": "amd64 amd64"}),
            (STACK_FORM, {"archs": "../etc"}),
            (STACK_FORM, {"tools": "conda=1"}),
            (STACK_FORM, {"tools": "pip"}),
            (STACK_FORM, {"default_series": "3.x"}),
            (STACK_FORM, {"supported_until": "tomorrow"}),
            (STACK_FORM, {"base": "a\0b"}),
            (STACK_FORM, {"status": "gone"}),
            (SERIES_FORM, {"series": "three"}),
            ("/runtimes/releases/new/", {"stack": "scalingo-22", "version": "3.12", "status": "available"}),
            ("/runtimes/releases/new/", {"stack": "scalingo-22", "version": "3.12.9", "status": "yanked"}),
            (
                "/runtimes/releases/new/",
                {"stack": "scalingo-22", "version": "3.12.9", "status": "yanked", "reason": "a\0"},
            ),
        ],
    )
    def test_what_cannot_be_read(
        self, publisher_page: Client, published: None, address: str, changes: dict[str, str]
    ) -> None:
        before = pending_table()
        data = filled(publisher_page, address, **changes)
        assert publisher_page.post(address, {**data, "step": "look"}).status_code == 422
        assert pending_table() == before

    @pytest.mark.parametrize(
        ("address", "changes", "status"),
        [
            (STACK_FORM, {"default_series": "3.99"}, 422),
            (STACK_FORM, {"name": "api"}, 422),
            ("/stacks/scalingo-22/series/3.12/edit/", {"remove": "on"}, 422),
            ("/runtimes/releases/new/", {"stack": "nowhere", "version": "3.12.9", "status": "available"}, 404),
        ],
    )
    def test_what_would_make_no_table(
        self, publisher_page: Client, published: None, address: str, changes: dict[str, str], status: int
    ) -> None:
        data = filled(publisher_page, address, **changes)
        assert publisher_page.post(address, {**data, "step": "look"}).status_code == status

    @pytest.mark.parametrize(
        "address", ["/stacks/nowhere/edit/", "/stacks/scalingo-22/series/2.0/edit/", "/runtimes/releases/9.9.9/edit/x/"]
    )
    def test_what_is_not_there(self, publisher_page: Client, published: None, address: str) -> None:
        assert publisher_page.get(address).status_code == 404

    @pytest.mark.parametrize("address", [STACK_FORM, SERIES_FORM, "/runtimes/releases/new/", "/runtimes/stacks/new/"])
    def test_forms_are_the_publishers(self, viewer_page: Client, published: None, address: str) -> None:
        assert viewer_page.get(address).status_code == 403
