from pathlib import Path

import pytest

from builds.builder.hooks import hook_command, skip_reason
from builds.domain.statuses import StepName

HOOK = StepName.PRE_COMPILE


def hook(app: Path, content: bytes, *, is_executable: bool = False) -> Path:
    (app / "bin").mkdir(exist_ok=True)
    path = app / "bin/pre_compile"
    path.write_bytes(content)
    path.chmod(0o755 if is_executable else 0o644)
    return path


@pytest.mark.parametrize(
    ("content", "command"),
    [
        (b"echo plain\n", ["bash", "bin/pre_compile"]),
        (b"", ["bash", "bin/pre_compile"]),
        (b"#!/bin/sh\necho\n", ["/bin/sh", "bin/pre_compile"]),
        (b"#! /bin/sh -e\necho\n", ["/bin/sh", "-e", "bin/pre_compile"]),
        (b"#!/usr/bin/env python3\n", ["/usr/bin/env", "python3", "bin/pre_compile"]),
        (b"#!/usr/bin/env bash\r\necho\r\n", ["/usr/bin/env", "bash", "bin/pre_compile"]),
        (b"#!\necho\n", ["bash", "bin/pre_compile"]),
        (b"\x7fELF not executable", ["bash", "bin/pre_compile"]),
    ],
)
def test_a_hook_is_started_by_its_first_line(content: bytes, command: list[str], tmp_path: Path) -> None:
    hook(tmp_path, content)
    assert hook_command(tmp_path, HOOK) == command


def test_a_program_is_started_as_it_is(tmp_path: Path) -> None:
    hook(tmp_path, b"\x7fELF", is_executable=True)
    assert hook_command(tmp_path, HOOK) == ["./bin/pre_compile"]


def test_a_hook_that_is_there_runs(tmp_path: Path) -> None:
    hook(tmp_path, b"")
    assert skip_reason(tmp_path, HOOK) is None


def test_a_hook_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert skip_reason(tmp_path, HOOK) == "not present"


def test_a_link_counts_when_it_leads_to_a_file_of_the_app(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("echo\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pre_compile").symlink_to("../script")
    assert skip_reason(tmp_path, HOOK) is None


@pytest.mark.parametrize("target", ["/etc/passwd", "../../outside", "nowhere", "pre_compile"])
def test_a_link_that_leads_elsewhere_is_no_hook(target: str, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("echo\n")
    app = tmp_path / "app"
    (app / "bin").mkdir(parents=True)
    (app / "bin/pre_compile").symlink_to(target)
    assert skip_reason(app, HOOK) == "not a file of the app"


def test_a_folder_is_no_hook(tmp_path: Path) -> None:
    (tmp_path / "bin/pre_compile").mkdir(parents=True)
    assert skip_reason(tmp_path, HOOK) == "not a file of the app"
