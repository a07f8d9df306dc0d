"""Interpreters are found by asking them, whatever their files are called."""

import json
import sys
from pathlib import Path

import pytest

from portal.installation.interpreters import Interpreter, PassedOver, found_interpreters, search_folders

ANSWER = {
    "version": "3.12.1",
    "level": "final",
    "prefix": "/opt/python",
    "is_venv": False,
    "implementation": "CPython",
    "machine": "x86_64",
    "bits": 64,
    "has_gil": True,
}


def program(folder: Path, name: str, text: str) -> Path:
    """An executable that prints `text` when it is asked."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n")
    path.chmod(0o755)
    return path


def answering(folder: Path, name: str = "python3", /, **facts: object) -> Path:
    """An executable that answers as an interpreter with these facts would."""
    return program(folder, name, json.dumps({**ANSWER, **facts}))


def test_the_running_interpreter_is_found_in_its_own_folder() -> None:
    usable, _ = found_interpreters([Path(sys.base_prefix) / "bin"])
    here = next(found for found in usable if found.number == sys.version_info[:3])
    assert here.series == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert here.prefix.samefile(sys.base_prefix)


def test_a_virtual_environment_is_no_interpreter_of_its_own(tmp_path: Path) -> None:
    answering(tmp_path, is_venv=True)
    assert found_interpreters([tmp_path]) == ([], [])


def test_several_names_of_one_file_count_once(tmp_path: Path) -> None:
    real = answering(tmp_path, "python3.12")
    for name in ("python", "python3"):
        (tmp_path / name).symlink_to(real.name)
    usable, passed_over = found_interpreters([tmp_path, tmp_path])
    assert [found.version for found in usable] == ["3.12.1"]
    assert passed_over == []


def test_they_are_sorted_by_version_and_not_by_text(tmp_path: Path) -> None:
    for version in ("3.12.1", "3.9.18", "2.7.18"):
        answering(tmp_path / version, version=version, prefix=f"/opt/{version}")
    usable, _ = found_interpreters(sorted(tmp_path.iterdir()))
    assert [found.version for found in usable] == ["2.7.18", "3.9.18", "3.12.1"]


def test_of_one_release_at_two_places_the_one_in_a_folder_of_its_own_is_taken(tmp_path: Path) -> None:
    system = answering(tmp_path / "system", prefix="/usr")
    own = answering(tmp_path / "own", prefix="/opt/python")
    usable, _ = found_interpreters([tmp_path / "system", tmp_path / "own"])
    other = Interpreter("3.12.1", "amd64", Path("/usr"), system)
    assert usable == [Interpreter("3.12.1", "amd64", Path("/opt/python"), own, elsewhere=(other,))]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"level": "candidate"}, "3.12.1 is no final release"),
        ({"implementation": "PyPy"}, "it is PyPy, not CPython"),
        ({"has_gil": False}, "it is built without the global lock"),
        ({"bits": 32}, "its processor architecture (x86_64, 32 bits) is not one of ours"),
        ({"machine": "riscv64"}, "its processor architecture (riscv64, 64 bits) is not one of ours"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, facts: dict[str, object], reason: str) -> None:
    path = answering(tmp_path, **facts)
    assert found_interpreters([tmp_path]) == ([], [PassedOver(path, reason)])


@pytest.mark.parametrize("text", ["", "not JSON", "[]", '"3.12.1"', "{}", "\x00"])
def test_an_answer_that_makes_no_sense_is_passed_over(tmp_path: Path, text: str) -> None:
    path = program(tmp_path, "python3", text)
    assert found_interpreters([tmp_path]) == ([], [PassedOver(path, "it does not start")])


def test_files_that_only_look_like_one_are_left_alone(tmp_path: Path) -> None:
    for name in ("python3-config", "python3.12-gdb", "pythonw", "python3.12.1"):
        answering(tmp_path, name)
    (tmp_path / "python3").mkdir()
    (tmp_path / "python2").symlink_to(tmp_path / "nowhere")
    (tmp_path / "python").symlink_to("python")
    assert found_interpreters([tmp_path, tmp_path / "missing"]) == ([], [])


def test_shims_of_a_version_manager_are_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:{tmp_path / 'own'}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    (tmp_path / "pyenv/versions/3.12.1/bin").mkdir(parents=True)
    folders = search_folders()
    assert tmp_path / "shims" not in folders
    assert tmp_path / "own" in folders
    assert folders[0] == tmp_path / "pyenv/versions/3.12.1/bin"
