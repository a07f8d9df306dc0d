"""What an app's code finds when it looks around."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.archives.interpreters import need_sandbox
from versions.archives.sandbox import Limits, Mount, Room, kill_tree, sandbox_state, start
from versions.archives.slots import Slot, taken_slot, work_folder
from versions.domain.refusals import Refusal


@pytest.fixture
def room() -> Iterator[Room]:
    need_sandbox()
    with taken_slot() as slot, work_folder(slot) as folder:
        (folder / "app").mkdir()
        slot.give(folder / "app")
        mount = Mount(folder / "app", "/app", is_writable=True)
        yield Room("/app", {"PATH": "/usr/bin:/bin", "HOME": "/tmp"}, (mount,), uid=slot.uid)


def told(room: Room, script: str) -> str:
    process = start(["sh", "-c", script], room)
    try:
        return process.communicate(timeout=60)[0].decode()
    finally:
        kill_tree(process)


def test_no_secret_of_the_builder_is_in_any_process(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDER_SECRET", "not-for-apps")
    everything = told(room, "cat /proc/*/environ /proc/*/cmdline; ls -l /proc/*/fd; env")
    assert "PATH=/usr/bin:/bin" in everything
    assert "not-for-apps" not in everything
    assert str(room.mounts[0].source.parent) not in everything.replace("\0", " ").replace("mountinfo", "")


def test_no_folder_of_the_host_is_there(room: Room) -> None:
    assert sorted(told(room, "ls -a / | grep -v '^lib'").split()) == [
        ".", "..", "app", "bin", "dev", "etc", "proc", "sbin", "tmp", "usr",
    ]  # fmt: skip
    assert told(room, "ls /etc/shadow /root /home /var 2>&1 | grep -c 'No such file'").strip() == "4"


def test_only_its_own_processes_are_there(room: Room) -> None:
    assert len(told(room, "ls -d /proc/[0-9]*").split()) <= 4


def test_there_is_no_network_unless_it_is_shared(room: Room) -> None:
    assert told(room, "cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '").split() == ["lo"]


def test_the_system_cannot_be_written(room: Room) -> None:
    assert "Read-only file system" in told(room, "touch /usr/bin/new 2>&1")


def test_a_second_user_namespace_is_not_to_be_had(room: Room) -> None:
    assert told(room, "unshare --user true 2>/dev/null && echo made || echo refused").strip() == "refused"


def test_a_fork_bomb_hits_its_limit(room: Room) -> None:
    limited = Room(room.working_directory, room.environment, room.mounts, uid=room.uid, limits=Limits(processes=20))
    count = told(limited, "for i in $(seq 60); do sleep 5 & done 2>&1; ls -d /proc/[0-9]* | wc -l")
    numbers = [line for line in count.split() if line.isdigit()]
    assert numbers == [] or int(numbers[-1]) <= 25


def test_a_file_has_a_largest_size(room: Room) -> None:
    limited = Room(room.working_directory, room.environment, room.mounts, uid=room.uid, limits=Limits(file_size=4096))
    told(limited, "head -c 100000 /dev/zero > /app/large")
    assert (room.mounts[0].source / "large").stat().st_size == 4096


def test_slots_have_users_of_their_own() -> None:
    with taken_slot() as first, taken_slot() as second:
        if os.geteuid() == 0:
            assert first.uid != second.uid
            assert min(first.uid or 0, second.uid or 0) >= 62_000
        else:
            assert first == second == Slot(uid=None)


def test_a_slot_is_free_again_after_use() -> None:
    for _ in range(100):
        with taken_slot():
            pass


def test_a_work_folder_is_gone_afterwards_whatever_is_in_it() -> None:
    with taken_slot() as slot, work_folder(slot) as folder:
        (folder / "closed/inner").mkdir(parents=True)
        (folder / "closed/inner/file").write_text("x")
        (folder / "closed/inner").chmod(0o500)
        (folder / "closed").chmod(0)
        (folder / "link").symlink_to("/etc")
    assert not folder.exists()
    assert Path("/etc").is_dir()


def test_a_work_folder_whose_process_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("versions.archives.slots._YOUNG_SECONDS", 0)
    abandoned = tmp_path / "runtime-portal-work-abandoned"
    (abandoned / "app").mkdir(parents=True)
    with work_folder(Slot(uid=None)) as first, work_folder(Slot(uid=None)) as second:
        assert not abandoned.exists()
        assert first.is_dir()
        assert second.is_dir()


def test_a_folder_for_locks_that_belongs_to_somebody_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("slots are only taken as root")
    (tmp_path / "runtime-portal-slots").symlink_to(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(Refusal, match="sandbox::no-work-folder"), taken_slot():
        pass


def nothing_found(name: str, path: str) -> None:
    """As on a machine without the program."""


def test_the_reason_is_told_where_bubblewrap_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("versions.archives.sandbox.shutil.which", nothing_found)
    state = sandbox_state.__wrapped__()
    assert (state.is_usable, state.reason) == (False, "bubblewrap (bwrap) is not installed")


def test_killing_takes_the_whole_tree() -> None:
    process = subprocess.Popen(["sh", "-c", "sleep 600 & sleep 600"], start_new_session=True)
    kill_tree(process)
    assert process.returncode == -9
