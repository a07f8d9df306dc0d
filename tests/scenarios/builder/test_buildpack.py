"""An unmodified buildpack, small but with the manners of the real ones, run and reported live."""

import subprocess
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.scenarios.builder.building import BuildSite, Built, make_app

DETECT = """#!/usr/bin/env bash
if [ -f "$1/requirements.txt" ]; then echo Python; else exit 1; fi
"""
COMPILE = """#!/usr/bin/env bash
set -eu
build=$1 cache=$2 env=$3
report=$cache/report
: > "$report"
note() { printf '%s=%s\\n' "$1" "$2" >> "$report"; }
echo "-----> Python app detected"
echo "-----> Using Python VERSION specified in runtime.txt"
note python_version VERSION; note python_version_requested 3.12; note python_version_origin runtime.txt
note package_manager pip
if [ -f "$build/bin/pre_compile" ]; then
    echo "-----> Running bin/pre_compile hook"
    note pre_compile_hook true
    if ! bash "$build/bin/pre_compile" 2>&1 | sed 's/^/       /'; then
        note failure_reason hooks::pre_compile
        echo " !     Error: the hook failed."
        exit 1
    fi
    note pre_compile_hook_duration 0.1
else
    note pre_compile_hook false
fi
note post_compile_hook false
echo "-----> Installing Python VERSION"
printf '       variables: '; cat "$env/GREETING"; echo
echo "-----> Counting builds"
echo run >> "$cache/runs"
echo "       ${GREETING-not exported}, build $(wc -l < "$cache/runs") with this cache"
touch "$build/built"
note total_duration 1.5
"""
REPORT = """#!/usr/bin/env bash
awk -F= 'BEGIN {printf "{"} {printf "%s\\"%s\\": \\"%s\\"", (NR > 1 ? ", " : ""), $1, $2} END {print "}"}' "$2/report"
"""
LINES = """#!/usr/bin/env bash
sed 's/=/: /' "$2/report"
"""


def make_buildpack(folder: Path, version: str, *, report: str = REPORT) -> Path:
    for name, script in (("detect", DETECT), ("compile", COMPILE.replace("VERSION", version)), ("report", report)):
        path = folder / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)
    return folder


def run(site: BuildSite, buildpack: Path, app: Path, name: str) -> Built:
    command = site.command(app, "--unsafe-no-sandbox", "--env-file", str(app / ".env"), app=name)
    command[command.index("build") : command.index("build") + 1] = ["buildpack", str(buildpack)]
    (app / ".env").write_text("GREETING=good-morning\n", encoding="utf-8")
    outcome = subprocess.run(
        command, cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False, timeout=120
    )
    return Built(outcome.returncode, outcome.stdout, outcome.stderr, site.last_build(name))


@pytest.mark.parametrize("report", [REPORT, LINES])
def test_a_success_with_a_python_that_the_table_lacks(report: str, site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app")
    built = run(site, make_buildpack(tmp_path / "pack", "3.1.99", report=report), app, f"pack-{len(report)}")
    assert built.status == 0, built.output + built.complaint
    build = built.build
    assert (build["status"], build["package_manager"]) == ("succeeded", "pip")
    assert build["request"] == {"version": "3.12", "origin": "runtime.txt"}
    assert build["release"]["version"] == "3.1.99"
    assert [warning["code"] for warning in build["warnings"]] == ["report::release-not-in-table"]
    steps = {step["name"]: step["status"] for step in build["steps"]}
    assert steps == {
        "detect": "succeeded", "detect-2": "succeeded", "resolve": "succeeded", "install_python": "succeeded",
        "counting-builds": "succeeded", "pre_compile": "skipped", "post_compile": "skipped",
    }  # fmt: skip
    assert site.log(build, "counting-builds") == (
        b"-----> Counting builds\n       not exported, build 1 with this cache\n"
    )
    assert site.log(build, "install_python") == b"-----> Installing Python 3.1.99\n       variables: [secret]\n"
    assert not (app / "built").exists()


@pytest.mark.long
def test_the_cache_stays_for_the_apps_next_build(site: BuildSite, tmp_path: Path) -> None:
    app, pack = make_app(tmp_path / "app"), make_buildpack(tmp_path / "kept-pack", site.version)
    for number, name in ((1, "pack-cached"), (2, "pack-cached"), (1, "pack-other")):
        built = run(site, pack, app, name)
        assert built.status == 0, built.output + built.complaint
        assert f"build {number} with this cache".encode() in site.log(built.build, "counting-builds")


def test_a_hook_that_fails(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__pre_compile="echo $((1 + 1)); exit 7\n")
    compile_script = make_buildpack(tmp_path / "pack", site.version) / "bin" / "compile"
    compile_script.write_text(compile_script.read_text().replace("set -eu", "set -euo pipefail"))
    built = run(site, tmp_path / "pack", app, "pack-hook")
    assert built.status == 1
    assert built.build["failure"]["code"] == "hooks::pre_compile"
    failed = [step["name"] for step in built.build["steps"] if step["status"] == "failed"]
    assert failed == ["pre_compile"]
    assert b"       2\n !     Error: the hook failed.\n" in site.log(built.build, "pre_compile")


def test_an_app_that_is_not_the_buildpacks(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app")
    (app / "requirements.txt").unlink()
    built = run(site, make_buildpack(tmp_path / "pack", site.version), app, "pack-none")
    assert (built.status, built.build["failure"]["code"]) == (1, "detection::not-python")


def test_a_folder_that_is_no_buildpack(site: BuildSite, tmp_path: Path) -> None:
    built = run(site, tmp_path, make_app(tmp_path / "app"), "pack-nothing")
    assert built.status == 2
    assert "it has no bin/detect" in built.complaint
    assert built.build == {}
