"""Codes of the version table, its archives, accounts and tokens."""

import os
import subprocess
import sys

import pytest

from portal.access.roles import Role
from portal.services import change_password, change_staff_user, create_staff_user, issue_token, revoke_token
from tests.codes.provoking import PASSWORD, TABLE, Answered, World, provokes, refused, replied
from tests.reporting import ANNA
from tests.unit.archives.archives import archive, member, symlink
from versions.archives.members import UnpackLimits
from versions.archives.prefixes import prefix_facts
from versions.archives.slots import taken_slot
from versions.archives.unpacking import archive_members
from versions.domain.document import read_table
from versions.services.pending import import_table
from versions.services.publishing import publish_pending


@provokes("table::invalid")
def document_with_faults(world: World) -> Answered:
    return refused(lambda: read_table({"schema": 1, "default_stack": "x", "stacks": [{"name": "X"}]}))


@provokes("table::empty")
def publication_of_nothing(world: World) -> Answered:
    return refused(lambda: publish_pending(message="x", actor=ANNA))


@provokes("revision::unknown")
def revision_that_is_not_there(world: World) -> Answered:
    return replied(world.builder.get("/revisions/4711"))


@provokes("artifact::unknown")
def archive_that_is_not_stored(world: World) -> Answered:
    return replied(world.builder.client.get(f"/exports/by-sha256/{'0' * 64}"))


@provokes("publish::message-missing")
def publication_without_a_reason(world: World) -> Answered:
    import_table(document=TABLE)
    return refused(lambda: publish_pending(message=" ", actor=ANNA))


@provokes("artifact::unreadable")
def archive_that_is_none(world: World) -> Answered:
    path = world.folder / "a.tar.gz"
    path.write_bytes(b"not a tar file")
    return refused(lambda: archive_members(path))


@provokes("artifact::unsafe-member")
def archive_with_a_link_that_leaves(world: World) -> Answered:
    path = archive(world.folder / "a.tar.gz", member("bin/python3", b"x"), symlink("lib/out", "/etc/passwd"))
    return refused(lambda: archive_members(path))


@provokes("artifact::too-large")
def archive_beyond_the_limit(world: World) -> Answered:
    path = archive(world.folder / "a.tar.gz", member("a", b"12345"))
    return refused(lambda: archive_members(path, UnpackLimits(members=9, total_bytes=4)))


@provokes("prefix::not-python")
def folder_without_an_interpreter(world: World) -> Answered:
    return refused(lambda: prefix_facts(world.folder))


@provokes("prefix::not-packable")
def virtual_environment(world: World) -> Answered:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", world.folder / "venv"], check=True)
    return refused(lambda: prefix_facts(world.folder / "venv"))


@provokes("sandbox::busy")
def more_builds_than_slots(world: World) -> Answered:
    """All slots are taken by this process; the next one finds none."""
    if os.geteuid() != 0:
        pytest.skip("only root takes slots: other users have one account for all sandboxes")
    return refused(take_every_slot)


def take_every_slot(depth: int = 200) -> None:
    if depth:
        with taken_slot():
            take_every_slot(depth - 1)


@provokes("staff::invalid")
def role_that_is_not_there(world: World) -> Answered:
    return refused(lambda: create_staff_user(username="ada", password=PASSWORD, role="king"))


@provokes("staff::name-taken")
def second_account_of_a_name(world: World) -> Answered:
    create_staff_user(username="ada", password=PASSWORD, role=Role.VIEWER)
    return refused(lambda: create_staff_user(username="Ada", password=PASSWORD, role=Role.VIEWER))


@provokes("staff::unknown")
def password_of_nobody(world: World) -> Answered:
    return refused(lambda: change_password(username="nobody", password=PASSWORD))


@provokes("staff::last-admin")
def last_admin_who_leaves(world: World) -> Answered:
    ada = create_staff_user(username="ada", password=PASSWORD, role=Role.ADMIN)
    return refused(
        lambda: change_staff_user(user_id=ada.pk, email="", role=Role.VIEWER, can_read_logs=False, is_active=True)
    )


@provokes("token::invalid")
def token_for_nothing(world: World) -> Answered:
    return refused(lambda: issue_token(name="x", scopes=[], actor=ANNA))


@provokes("token::name-taken")
def second_token_of_a_name(world: World) -> Answered:
    issue_token(name="x", scopes=["table:read"], actor=ANNA)
    return refused(lambda: issue_token(name="x", scopes=["table:read"], actor=ANNA))


@provokes("token::unknown")
def token_that_is_not_there(world: World) -> Answered:
    return refused(lambda: revoke_token(token_id=4711))
