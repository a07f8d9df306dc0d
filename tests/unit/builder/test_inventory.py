"""What the app's own Python says is installed, and what is made of whatever it prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from builds.builder import inventory
from builds.builder.inventory import MAX_PACKAGES, read_listing


@pytest.mark.parametrize(
    "said", [b"", b"\xff\xfe", b"[1]", b"7", b"{", b"[" * 100_000, b'{"a": 1}\nTraceback (most recent call last):\n']
)
def test_what_is_no_listing(said: bytes) -> None:
    assert read_listing(said) is None


def test_names_have_one_spelling_and_texts_are_cut() -> None:
    listing = {"Flask_Login.x": "1.0", "odd": 7, "nul\0": "\ud800", "long": "9" * 900}
    read = read_listing(b"printed by the app's start-up code\n" + json.dumps(listing).encode())
    assert read == {"flask-login-x": "1.0", "nul\\x00": "\\ud800", "long": "9" * 200}


def test_no_more_than_can_be_meant_is_kept() -> None:
    listing = {f"p{number}": "1" for number in range(MAX_PACKAGES + 10)}
    assert len(read_listing(json.dumps(listing).encode()) or {}) == MAX_PACKAGES


def installed_in(folder: Path) -> None:
    """A package as pip leaves it, as setuptools did, and as distutils did; and what only looks like one."""
    for name, text in {
        "modern-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: Modern\nVersion: 1.5\n\nVersion: 9 in the text\n",
        "older.egg-info/PKG-INFO": "Name: older\nVersion: 0.3\n",
        "oldest-2.egg-info": "Name: oldest\nVersion: 2\n",
        "broken.dist-info/RECORD": "",
        "unnamed.dist-info/METADATA": "Version: 1\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


PYTHONS = [Path(sys.executable), *sorted(Path.home().glob(".pyenv/versions/*/bin/python"))]


@pytest.mark.parametrize("python", PYTHONS, ids=str)
def test_every_python_lists_what_installers_leave_behind(python: Path, tmp_path: Path) -> None:
    installed_in(tmp_path)
    listing = f"import sys; sys.path.append({str(tmp_path)!r})\n{inventory._LISTING}"
    said = subprocess.run([str(python), "-E", "-s", "-c", listing], capture_output=True, check=True).stdout
    found = read_listing(said) or {}
    assert {name: found.get(name) for name in ("modern", "older", "oldest")} == {
        "modern": "1.5", "older": "0.3", "oldest": "2",
    }  # fmt: skip
    assert not {"broken", "unnamed"} & set(found)
