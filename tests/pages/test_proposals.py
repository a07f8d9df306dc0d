"""A second approver in the browser, by two people; and adding several releases at once."""

import re

import pytest
from django.test import Client

from portal.models import User
from tests.pages.published import leave_pending, publish_shipped
from versions.models import ApprovalRule, Proposal, Release, Revision
from versions.selectors.published import published_table

PENDING, PUBLISH, STACK = "/runtimes/pending/", "/runtimes/publish/", "/stacks/scalingo-22/"
ADD = "/runtimes/releases/add/"


@pytest.fixture
def ruled(admin_page: Client) -> None:
    """scalingo-22 asks for a second person, and 3.12.4 waits there."""
    publish_shipped()
    assert admin_page.post(f"{STACK}approval/", {"needed": "on"}).status_code == 302
    leave_pending("3.12.4")


def fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(pick|current|outcome)" value="([^"]*)">', html))


def proposed(client: Client) -> str:
    """What the author does; the address of the proposal."""
    page = client.get(PUBLISH, {"pick": "scalingo-22:3.12.4"}).content.decode()
    assert "Propose it to another publisher" in page
    reply = client.post(PUBLISH, fields(page) | {"message": "Python 3.12.4", "act": "propose"})
    assert reply.status_code == 302
    return str(reply.headers["Location"])


class TestTwoPeople:
    def test_one_proposes_the_other_publishes(self, publisher_page: Client, admin_page: Client, ruled: None) -> None:
        address = proposed(publisher_page)
        own = publisher_page.get(address).content.decode()
        assert "It waits for somebody else" in own
        assert "Approve and publish" not in own
        assert "Waiting for a second person" in admin_page.get(PENDING).content.decode()
        assert "Approve and publish" in admin_page.get(address).content.decode()
        assert admin_page.post(f"{address}approve/").headers["Location"] == "/runtimes/revisions/2/"
        assert published_table().published_by == "paul"
        assert "approved" in admin_page.get("/runtimes/revisions/2/").content.decode()
        assert "Revision 2" in admin_page.get(address).content.decode()

    def test_nobody_approves_their_own(self, publisher_page: Client, ruled: None) -> None:
        reply = publisher_page.post(f"{proposed(publisher_page)}approve/")
        assert reply.status_code == 403
        assert "Nobody approves their own proposal" in reply.content.decode()

    def test_declined_with_a_reason(self, publisher_page: Client, admin_page: Client, ruled: None) -> None:
        address = proposed(publisher_page)
        assert admin_page.post(f"{address}decline/", {"reason": ""}).status_code == 400
        assert admin_page.post(f"{address}decline/", {"reason": "Not on a Friday\0"}).status_code == 302
        assert "Not on a Friday" in publisher_page.get(address).content.decode()
        assert admin_page.post(f"{address}approve/").status_code == 409

    def test_publishing_it_alone_is_refused(self, publisher_page: Client, ruled: None) -> None:
        page = publisher_page.get(PUBLISH, {"pick": "scalingo-22:3.12.4"}).content.decode()
        reply = publisher_page.post(PUBLISH, fields(page) | {"message": "alone"})
        assert reply.status_code == 409
        assert "Somebody else has to approve this" in reply.content.decode()
        assert Revision.objects.count() == 1

    @pytest.mark.parametrize("change", ["published", "edited", "gone"])
    def test_one_that_can_no_longer_be_approved_says_why(
        self, publisher_page: Client, admin_page: Client, ruled: None, change: str
    ) -> None:
        address = proposed(publisher_page)
        match change:
            case "published":
                Proposal.objects.update(current="sha256:" + "0" * 64)
            case "edited":
                Release.objects.filter(version="3.12.4").update(released_on="2024-06-06")
            case _:
                Release.objects.filter(version="3.12.4").delete()
        page = admin_page.get(address)
        assert (page.status_code, page.context["staleness"]) == (200, change)
        assert "Approve and publish" not in page.content.decode()
        assert admin_page.post(f"{address}approve/").status_code in (409, 412)

    def test_a_viewer_only_looks(self, publisher_page: Client, viewer_page: Client, ruled: None) -> None:
        address = proposed(publisher_page)
        assert "Decline" not in viewer_page.get(address).content.decode()
        assert viewer_page.post(f"{address}approve/").status_code == 403
        assert viewer_page.get("/runtimes/proposals/999/").status_code == 404


class TestRule:
    def test_is_the_admins(self, publisher_page: Client, admin_page: Client, ruled: None) -> None:
        assert publisher_page.post(f"{STACK}approval/").status_code == 403
        assert "Need no second approver any more" not in publisher_page.get(STACK).content.decode()
        assert admin_page.post(f"{STACK}approval/").status_code == 302
        assert not ApprovalRule.objects.exists()

    def test_raw_data_does_not_change_it(self, publisher: User, publisher_page: Client, ruled: None) -> None:
        rule = ApprovalRule.objects.get()
        publisher_page.post(f"/admin/versions/approvalrule/{rule.pk}/delete/", {"post": "yes"})
        assert ApprovalRule.objects.exists()

    def test_a_rollback_says_that_nobody_else_looked(
        self, publisher_page: Client, admin_page: Client, ruled: None
    ) -> None:
        admin_page.post(f"{proposed(publisher_page)}approve/")
        address = "/runtimes/revisions/1/rollback/"
        current = fields(publisher_page.get(address).content.decode())
        publisher_page.post(address, current | {"message": "breaks ssl"})
        assert "rolling back waits for nobody" in publisher_page.get("/runtimes/revisions/3/").content.decode()


class TestAddingReleases:
    def test_five_patches_to_three_stacks(self, publisher_page: Client, db: None) -> None:
        publish_shipped()
        query = {
            "versions": "3.12.4 3.11.10, 3.10.15\nPython 3.9.20\npython-3.8.20",
            "stack": ["scalingo-22", "scalingo-20", "scalingo-18"],
        }
        page = publisher_page.get(ADD, query)
        outcome = fields(page.content.decode())
        assert publisher_page.post(ADD, query | outcome).headers["Location"] == PENDING
        added = Release.objects.filter(version__in=["3.12.4", "3.11.10", "3.10.15", "3.9.20", "3.8.20"])
        assert added.count() == 15
        assert Revision.objects.count() == 1

    def test_what_is_there_stays(self, publisher_page: Client, db: None) -> None:
        publish_shipped()
        page = publisher_page.get(ADD, {"versions": "3.12.3", "stack": "scalingo-22"}).content.decode()
        assert "There already" in page
        assert "There is nothing to add" in page

    @pytest.mark.parametrize(
        ("query", "status", "text"),
        [
            ({"versions": "3.12"}, 400, "Choose at least one stack."),
            ({"versions": "3.12 4", "stack": "scalingo-22"}, 400, "is not a release such as"),
            ({"versions": " ", "stack": "scalingo-22"}, 400, "name at least one release"),
            ({"versions": "3.12.\0", "stack": "scalingo-22"}, 400, "is not a release such as"),
            ({"versions": " ".join(f"3.12.{n}" for n in range(101)), "stack": "scalingo-22"}, 400, "at most 100"),
            ({"versions": "3.12.4", "stack": "nowhere"}, 404, "nowhere"),
        ],
    )
    def test_what_cannot_be_added(
        self, publisher_page: Client, db: None, query: dict[str, str], status: int, text: str
    ) -> None:
        publish_shipped()
        page = publisher_page.get(ADD, query)
        assert page.status_code == status
        assert text in page.content.decode()
        assert publisher_page.post(ADD, query).status_code == status

    def test_another_editor_in_between_is_noticed(self, publisher_page: Client, db: None) -> None:
        publish_shipped()
        query = {"versions": "3.12.4", "stack": "scalingo-22"}
        outcome = fields(publisher_page.get(ADD, query).content.decode())
        leave_pending("3.12.5")
        assert publisher_page.post(ADD, query | outcome).status_code == 412
        assert not Release.objects.filter(version="3.12.4").exists()

    def test_is_the_publishers(self, viewer_page: Client, db: None) -> None:
        assert viewer_page.get(ADD).status_code == 403
