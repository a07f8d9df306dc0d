"""Accounts: made, changed, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from portal.access.roles import Role
from portal.models import User
from portal.services import change_password, change_staff_user, create_staff_user
from versions.domain.refusals import Refusal

PASSWORD = "a quiet afternoon in the library"


def make(username: str = "vera", role: str = Role.VIEWER) -> User:
    return create_staff_user(username=username, password=PASSWORD, role=role)


@pytest.mark.parametrize(("role", "reads_logs"), [("viewer", False), ("publisher", True), ("admin", True)])
def test_account_reads_logs_by_role_unless_told_otherwise(db: None, role: str, reads_logs: bool) -> None:
    assert make(role=role).can_read_logs is reads_logs
    other = create_staff_user(username="other", password=PASSWORD, role=role, can_read_logs=not reads_logs)
    assert other.can_read_logs is not reads_logs


def test_name_is_taken_whatever_its_case(db: None) -> None:
    make("Vera")
    with pytest.raises(Refusal) as refusal:
        make("vERA")
    assert refusal.value.code == "staff::name-taken"


@pytest.mark.parametrize("username", ["", " vera", "vera ", "a/b", "a\nb", "a\0b", "x" * 64, "\ud800"])
def test_name_that_cannot_be_shown_is_refused(db: None, username: str) -> None:
    with pytest.raises(Refusal) as refusal:
        make(username)
    assert [fault.place for fault in refusal.value.faults] == ["username"]


@pytest.mark.parametrize("password", ["", "short", "password1234", "vera"])
def test_weak_password_is_refused_and_leaves_nothing(db: None, password: str) -> None:
    with pytest.raises(Refusal) as refusal:
        create_staff_user(username="vera", password=password, role=Role.VIEWER)
    assert refusal.value.code == "staff::invalid"
    assert not User.objects.exists()


def test_unknown_role_is_refused(db: None) -> None:
    with pytest.raises(Refusal) as refusal:
        make(role="emperor")
    assert [fault.place for fault in refusal.value.faults] == ["role"]


def test_password_is_kept_as_a_hash_and_changed(db: None) -> None:
    user = make()
    assert PASSWORD not in user.password
    change_password(username="VERA", password="another afternoon, in the garden")
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)
    with pytest.raises(Refusal) as refusal:
        change_password(username="nobody", password=PASSWORD)
    assert refusal.value.code == "staff::unknown"


@pytest.mark.parametrize(("role", "is_active"), [(Role.VIEWER, True), (Role.ADMIN, False)])
def test_last_admin_stays(db: None, role: str, is_active: bool) -> None:
    only = make("ada", Role.ADMIN)
    with pytest.raises(Refusal) as refusal:
        change_staff_user(user_id=only.pk, email="", role=role, can_read_logs=True, is_active=is_active)
    assert refusal.value.code == "staff::last-admin"
    make("ben", Role.ADMIN)
    changed = change_staff_user(user_id=only.pk, email="", role=role, can_read_logs=True, is_active=is_active)
    assert (changed.role, changed.is_active) == (role, is_active)


def test_two_admins_cannot_remove_each_other_at_once(transactional_db: None) -> None:
    pair = [make("ada", Role.ADMIN).pk, make("ben", Role.ADMIN).pk]

    def demote(user_id: int) -> str:
        try:
            change_staff_user(user_id=user_id, email="", role=Role.VIEWER, can_read_logs=False, is_active=True)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "demoted"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(demote, pair))
    assert outcomes == ["demoted", "staff::last-admin"]
    assert User.objects.filter(role=Role.ADMIN).count() == 1


def test_of_twenty_accounts_with_one_name_one_is_made(transactional_db: None) -> None:
    def attempt(_number: int) -> str:
        try:
            make("vera")
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "made"

    with ThreadPoolExecutor(5) as pool:
        outcomes = list(pool.map(attempt, range(20)))
    assert sorted(outcomes) == ["made"] + ["staff::name-taken"] * 19
