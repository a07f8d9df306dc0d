"""The lines by which the guides turn a run of an existing buildpack into a build, run as they are written there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.scenarios.builder.building import STACK, BuildSite, make_app
from tests.scenarios.builder.test_buildpack import make_buildpack
from tests.unit.archives.interpreters import need_sandbox

PROGRAMS = ("bash", "jq", "curl")


def guide_line(guide: str, part: str) -> str:
    """The one line of code of a guide that holds `part`."""
    lines = (ROOT / "docs" / guide).read_text(encoding="utf-8").splitlines()
    [line] = [line.strip() for line in lines if line.startswith("    ") and part in line]
    return line


def need_programs() -> None:
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        pytest.skip(f"this machine lacks {', '.join(missing)}")


def sh(script: str, folder: Path, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=120
    )


def test_one_line_makes_a_build_of_what_a_buildpack_reported(site: BuildSite, tmp_path: Path) -> None:
    need_programs()
    app = make_app(tmp_path / "app", bin__pre_compile="echo found nothing; exit 7\n")
    pack = make_buildpack(tmp_path / "pack", site.version) / "bin"
    compile_script = pack / "compile"
    compile_script.write_text(compile_script.read_text(encoding="utf-8").replace("set -eu", "set -euo pipefail"))
    line = guide_line("api.md", "/api/v1/reports").replace("localhost:8000", site.portal.url)
    line = line.replace('"shop"', '"told-in-a-line"').replace('"scalingo-22"', f'"{STACK}"')
    script = (
        "mkdir cache env; echo hello > env/GREETING; STATUS=0\n"
        f"{pack}/compile {app} cache env > output.txt 2>&1 || STATUS=$?\n"
        f"{pack}/report {app} cache env > report.json\n{line}\n"
    )
    told = sh(script, tmp_path, {**os.environ, "PORTAL_TOKEN": site.token})
    assert told.returncode == 0, told.stdout + told.stderr

    build = site.last_build("told-in-a-line")
    assert (build["status"], build["failure"]["code"]) == ("failed", "hooks::pre_compile")
    assert build["request"] == {"version": "3.12", "origin": "runtime.txt"}
    assert [step["name"] for step in build["steps"] if step["status"] == "failed"] == ["pre_compile"]
    assert b"       found nothing\n" in site.log(build, "pre_compile")


def test_one_command_runs_an_unmodified_buildpack(site: BuildSite, tmp_path: Path) -> None:
    need_sandbox()
    app, pack = make_app(tmp_path / "app"), make_buildpack(tmp_path / "pack", site.version)
    (app / ".env").write_text("GREETING=hello\n", encoding="utf-8")
    line = guide_line("builder.md", "builds.builder buildpack").replace("BUILDPACK_DIR", str(pack))
    line = line.replace(" DIR ", f" {app} ").replace("NAME", "run-in-a-line").replace("STACK", STACK)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = sh(f"{line} --env-file {app}/.env", ROOT, site.environment(PATH=path))
    assert ran.returncode == 0, ran.stdout + ran.stderr

    build = site.last_build("run-in-a-line")
    assert (build["status"], build["release"]["version"]) == ("succeeded", site.version)
    assert build["warnings"] == []
    assert b"build 1 with this cache" in site.log(build, "counting-builds")
