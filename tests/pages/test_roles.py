"""What each role finds, and what it is refused."""

import pytest
from django.test import Client

from portal.access.roles import Role, role_allows, role_sees_app
from portal.models import User
from tests.pages.published import leave_pending, publish_shipped


@pytest.mark.parametrize(
    ("role", "permission", "is_allowed"),
    [
        (Role.VIEWER, "versions.view_release", True),
        (Role.VIEWER, "builds.view_build", True),
        (Role.VIEWER, "versions.publish", False),
        (Role.VIEWER, "versions.change_release", False),
        (Role.VIEWER, "portal.view_user", False),
        (Role.PUBLISHER, "versions.publish", True),
        (Role.PUBLISHER, "versions.delete_release", True),
        (Role.PUBLISHER, "builds.view_build", True),
        (Role.PUBLISHER, "builds.cancel_build", True),
        (Role.PUBLISHER, "builds.change_app", True),
        (Role.PUBLISHER, "builds.delete_build", False),
        (Role.VIEWER, "builds.change_app", False),
        (Role.VIEWER, "builds.cancel_build", False),
        (Role.PUBLISHER, "portal.view_token", False),
        (Role.ADMIN, "portal.change_user", True),
        (Role.ADMIN, "builds.cancel_build", True),
        (Role.ADMIN, "auth.add_group", False),
        ("nobody", "versions.view_release", False),
    ],
)
def test_permission_of_role(role: str, permission: str, is_allowed: bool) -> None:
    assert role_allows(role, permission) is is_allowed


def test_logs_are_granted_to_a_person_not_to_a_role() -> None:
    assert User(role=Role.VIEWER, can_read_logs=True).has_perm("builds.read_logs")
    assert not User(role=Role.ADMIN, can_read_logs=False).has_perm("builds.read_logs")
    assert not User(role=Role.ADMIN, can_read_logs=True, is_active=False).has_perm("builds.read_logs")


def test_apps_of_others_are_nobodys() -> None:
    assert [role_sees_app(role, "auth") for role in (*Role.values, "nobody")] == [False] * 4


def test_viewer_may_look_but_not_publish(viewer_page: Client) -> None:
    publish_shipped()
    leave_pending()
    assert "Preview and publish" not in viewer_page.get("/runtimes/").content.decode()
    for address in ("/runtimes/publish/", "/runtimes/revisions/1/rollback/"):
        assert viewer_page.get(address).status_code == 403
        assert viewer_page.post(address, {"pick": "scalingo-22:3.12.4", "message": "no"}).status_code == 403


@pytest.mark.parametrize(("address", "status"), [("/admin/versions/release/", 200), ("/admin/portal/user/", 403)])
def test_raw_data_of_accounts_is_for_admins(
    viewer_page: Client, publisher_page: Client, admin_page: Client, address: str, status: int
) -> None:
    assert viewer_page.get(address).status_code == publisher_page.get(address).status_code == status
    assert admin_page.get(address).status_code == 200


def test_viewer_cannot_edit_raw_data(viewer_page: Client) -> None:
    assert viewer_page.get("/admin/versions/release/add/").status_code == 403


def test_admin_changes_a_role(admin_page: Client, viewer: User) -> None:
    form = {"email": "", "role": "publisher", "is_active": "on"}
    admin_page.post(f"/admin/portal/user/{viewer.pk}/change/", form)
    viewer.refresh_from_db()
    assert (viewer.role, viewer.can_read_logs) == ("publisher", False)


def test_last_admin_cannot_be_demoted(admin_page: Client, admin: User) -> None:
    response = admin_page.post(f"/admin/portal/user/{admin.pk}/change/", {"role": "viewer", "is_active": "on"})
    assert response.status_code == 409
    admin.refresh_from_db()
    assert admin.role == "admin"
