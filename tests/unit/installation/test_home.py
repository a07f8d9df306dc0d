"""The folder of one installation: private, locked, and explained when it cannot be used."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal.installation.home import LARGEST_LOG_BYTES, Home, keys, read_json, write_private
from portal.installation.trouble import InstallationTrouble


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_its_secrets_are_the_owners_alone(home: Home) -> None:
    keys(home)
    assert mode(home.path) == 0o700
    assert mode(home.keys_file) == 0o600


def test_secrets_are_made_once(home: Home) -> None:
    first = keys(home)
    assert keys(home) == first
    assert len(set(first.values())) == len(first)


def test_a_secret_that_a_newer_portal_needs_is_added_and_the_others_kept(home: Home) -> None:
    write_private(home.keys_file, json.dumps({"SECRET_KEY": "kept"}))
    assert keys(home)["SECRET_KEY"] == "kept"
    assert set(read_json(home.keys_file)) > {"SECRET_KEY", "TOKEN_PEPPERS"}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"'])
def test_a_damaged_file_is_named_and_not_overwritten(home: Home, text: str) -> None:
    home.keys_file.write_text(text)
    with pytest.raises(InstallationTrouble, match=r"keys\.json is damaged"):
        keys(home)
    assert home.keys_file.read_text() == text


def test_writing_leaves_the_old_text_or_the_new_one(home: Home) -> None:
    target = home.path / "file"
    write_private(target, "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(target, "\ud800")
    assert target.read_text() == "old"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        InstallationTrouble, match=r"^Cannot write to .*/file/home: .*; make it writable, or set PORTAL_HOME"
    ):
        Home(tmp_path / "file/home").make()
    with pytest.raises(InstallationTrouble, match=r"^Cannot write to "):
        Home(tmp_path / "file").make()


def test_a_second_process_is_told_who_holds_the_folder(home: Home) -> None:
    script = (
        "import sys; from pathlib import Path; from portal.installation.home import Home\n"
        "home = Home(Path(sys.argv[1]))\n"
        "with home.locked('bin/run'): print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert home.is_locked()
    with (
        pytest.raises(InstallationTrouble, match=rf"^bin/run \(process {holder.pid}\) already uses "),
        home.locked("x"),
    ):
        pass
    holder.kill()
    holder.communicate()
    assert not home.is_locked()
    with home.locked("bin/manage"):
        assert home.lock_holder() == f"bin/manage (process {os.getpid()})"


def test_a_large_log_is_put_aside(home: Home) -> None:
    path = home.log("web")
    with path.open("wb") as file:
        file.truncate(LARGEST_LOG_BYTES + 1)
    assert not home.log("web").exists()
    assert (home.logs / "web.log.1").stat().st_size == LARGEST_LOG_BYTES + 1
