"""Whole builds by the real builder: real interpreters, real pip, a real portal."""

import re
from pathlib import Path

import pytest

from builds.builder.examples import EXAMPLES
from tests.scenarios.builder.building import BuildSite, make_app
from versions.archives.sandbox import sandbox_state

VERSION_SCRIPT = "python -c 'import platform; print(\"python\", platform.python_version())'\n"
CHOOSING_HOOK = """#!/bin/sh
echo before
test -e .scalingo || echo no python yet
echo "python-$WANTED_SERIES.$WANTED_PATCH" > runtime.txt
"""


def test_the_resolved_interpreter_runs_hooks_and_app(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(
        tmp_path / "app",
        bin__pre_compile=CHOOSING_HOOK,
        bin__post_compile=VERSION_SCRIPT,
    )
    series, _, patch = site.version.rpartition(".")
    (tmp_path / "env").write_text(f"WANTED_SERIES={series}\nWANTED_PATCH={patch}\n")

    built = site.build(app, "--env-file", str(tmp_path / "env"), "--output", str(tmp_path / "out"), app="whole")

    assert (built.status, built.complaint) == (0, "")
    build = built.build
    assert (build["status"], build["failure"]) == ("succeeded", None)
    assert build["request"] == {"version": site.version, "origin": "runtime.txt"}
    assert build["release"]["version"] == site.version
    assert build["package_manager"] == "pip"
    assert {name: step["status"] for name, step in built.steps.items()} == dict.fromkeys(
        ["detect", "resolve", "pre_compile", "install_python", "install_dependencies", "post_compile"], "succeeded"
    ) | {"postdeploy": "skipped"}
    assert site.log(build, "pre_compile") == b"before\nno python yet\n"
    assert site.log(build, "post_compile") == f"python {site.version}\n".encode()
    assert built.steps["post_compile"]["command"] == "bash bin/post_compile"
    assert built.steps["install_dependencies"]["command"] == "pip install -r requirements.txt"
    assert f"       python {site.version}\n" in built.output
    assert (tmp_path / "out/.scalingo/python/bin/python3").exists()


FAILURES = {
    "pre_compile": ({"bin__pre_compile": "echo first; echo last >&2; exit 3\n"}, "hooks::pre_compile", 3),
    "post_compile": ({"bin__post_compile": "#!/usr/bin/env python\nraise SystemExit(4)\n"}, "hooks::post_compile", 4),
    "install_dependencies": (
        {"requirements.txt": "nothing @ file:///nowhere/nothing-1.0.tar.gz\n"}, "install-dependencies::pip", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("step", FAILURES)
def test_a_failing_step_fails_the_build_and_keeps_its_output(step: str, site: BuildSite, tmp_path: Path) -> None:
    files, code, exit_code = FAILURES[step]
    built = site.build(make_app(tmp_path / "app", **files), app=f"fails-{step.replace('_', '-')}")
    assert built.status == 1
    assert built.build["status"] == "failed"
    assert built.build["failure"]["code"] == code
    assert (built.steps[step]["status"], built.steps[step]["exit_code"]) == ("failed", exit_code)
    assert f"({code})" in built.output
    log = site.log(built.build, step)
    assert len(log) == built.steps[step]["log_size"]
    if step == "pre_compile":
        assert log == b"first\nlast\n"
        assert "install_python" not in built.steps
    if step == "install_dependencies":
        assert b"nothing" in log
        hook = built.steps["pre_compile"]
        assert (hook["status"], hook["skip_reason"], hook["exit_code"]) == ("skipped", "not present", None)


def test_a_folder_that_is_no_python_app_is_told_so(site: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", **{"package.json": "{}"})
    (app / "requirements.txt").unlink()
    built = site.build(app, app="not-python")
    assert built.status == 1
    assert (
        built.build["failure"] == {"code": "detection::not-python", "detail": "package_json"} | built.build["failure"]
    )
    assert "requirements.txt" in built.output
    assert built.steps["detect"]["status"] == "failed"


@pytest.mark.parametrize(
    ("request_line", "code"),
    [
        ("python-3.4.10", "python-version::no-artifact"),
        ("python-3.3", "python-version::"),
        ("python-nonsense", "runtime-txt::invalid-version"),
    ],
)
def test_a_python_that_is_not_to_be_had_fails_with_its_code(
    request_line: str, code: str, site: BuildSite, tmp_path: Path
) -> None:
    built = site.build(make_app(tmp_path / "app", **{"runtime.txt": request_line}), app="no-such-python")
    assert built.status == 1
    assert built.build["failure"]["code"].startswith(code)
    assert built.build["status"] == "failed"


def test_an_archive_with_another_hash_is_not_installed(site: BuildSite, tmp_path: Path) -> None:
    release = site.get("/api/v1/resolve", stack="local", request=site.version)["release"]
    stored = next((site.portal.home / "artifacts").rglob(f"*{release['artifact']['sha256'][:60]}*"))
    honest = stored.read_bytes()
    stored.write_bytes(honest[:-9] + b"different")
    try:
        built = site.build(make_app(tmp_path / "app"), app="swapped", XDG_CACHE_HOME=str(tmp_path / "cache"))
    finally:
        stored.write_bytes(honest)
    assert built.status == 1
    assert built.build["failure"]["code"] == "install-python::hash-mismatch"
    assert list((tmp_path / "cache/runtime-portal/artifacts").iterdir()) == []


def test_the_report_says_how_the_build_was_confined(site: BuildSite, tmp_path: Path) -> None:
    built = site.build(make_app(tmp_path / "app", bin__pre_compile="exit 1\n"), "--unsafe-no-sandbox", app="confined")
    detect = site.log(built.build, "detect").decode()
    assert ("Sandbox: none: --unsafe-no-sandbox was given" in detect) is not sandbox_state().is_usable


NOT_BEGUN = {
    "no folder": (["nowhere"], {}, r" !     nowhere does not exist\.\n"),
    "a file": (["manage.py"], {}, r" !     manage.py is not a folder; name the root folder of an app\.\n"),
    "no portal": (["examples/broken-hook"], {"PORTAL_URL": "http://127.0.0.1:9"},
                  r" !     The portal at http://127.0.0.1:9 cannot be reached: .*\n"),
    "no token": (["examples/broken-hook"], {"PORTAL_TOKEN": ""}, r" !     PORTAL_TOKEN is not set; .*\n"),
    "a wrong token": (["examples/broken-hook"], {"PORTAL_TOKEN": "rp_0.x"},
                      r" !     The portal refuses the build: .* \(auth::invalid-token\)\n"),
}  # fmt: skip


@pytest.mark.parametrize("trouble", NOT_BEGUN)
def test_what_keeps_a_build_from_beginning_is_one_sentence(trouble: str, site: BuildSite) -> None:
    arguments, changes, sentence = NOT_BEGUN[trouble]
    built = site.build(Path(*arguments), app="never", **changes)
    assert (built.status, built.output, built.build) == (2, "", {})
    assert re.fullmatch(sentence, built.complaint)


def test_an_unknown_stack_is_one_sentence(site: BuildSite) -> None:
    built = site.build(Path("examples/broken-hook"), app="never", stack="scalingo-99")
    assert built.status == 2
    assert re.fullmatch(r" !     The portal refuses the build: .*scalingo-99.* \(stack::unknown\)\n", built.complaint)


@pytest.mark.network
def test_the_flask_example_is_built_from_the_package_index(site: BuildSite) -> None:
    built = site.build(EXAMPLES / "hello-flask", app="hello-flask")
    assert built.status == 0, built.output
    assert f"Hello from Python {site.version}." in site.log(built.build, "post_compile").decode()
    assert b"Successfully installed" in site.log(built.build, "install_dependencies")
    assert {built.steps[name]["status"] for name in ("pre_compile", "post_compile")} == {"succeeded"}


def test_the_broken_example_fails_in_its_hook(site: BuildSite) -> None:
    built = site.build(EXAMPLES / "broken-hook", app="broken-hook")
    assert built.status == 1
    assert built.build["failure"]["code"] == "hooks::pre_compile"
    assert b"static/cover.svg is missing" in site.log(built.build, "pre_compile")
