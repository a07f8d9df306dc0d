"""The examples of each package manager, built by the real ones, on the documented rules and on today's."""

import json
import platform
import shutil
from pathlib import Path

import pytest

from builds.builder.examples import EXAMPLES, example_for
from portal.installation.interpreters import found_interpreters
from tests.scenarios.builder.building import ARCHS, STACK, BuildSite, make_app
from tests.tables import TABLES

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

TODAY = "today"
TOOLS = {"pip": "25.3", "poetry": "2.3.4", "uv": "0.13.0", "pipenv": "2026.9.1"}


@pytest.fixture(scope="module")
def managers(own_site: BuildSite, tmp_path_factory: pytest.TempPathFactory) -> BuildSite:
    """The documented stacks, and a stack under today's rules that names its tools, beside the stack `local`."""
    portal = own_site.portal
    portal.manage("table", "import", "--merge", str(TABLES / "2024-documented.json"))
    document = json.loads(portal.manage("table", "export"))
    stack = next(stack for stack in document["stacks"] if stack["name"] == STACK)
    today = stack | {"name": TODAY, "ruleset": "current", "tools": TOOLS}
    path = tmp_path_factory.mktemp("table") / "today.json"
    path.write_text(json.dumps({"schema": 1, "default_stack": TODAY, "stacks": [today]}))
    portal.manage("table", "import", "--merge", str(path), "--publish", "-m", "All stacks of these tests")
    return own_site


@pytest.mark.network
def test_pipenv_installs_exactly_the_lock(managers: BuildSite, tmp_path: Path) -> None:
    built = managers.build(example_for("pipenv-locked", managers.version, tmp_path), app="pipenv-locked")
    assert built.status == 0, built.output
    assert b"itsdangerous 2.1.2\n" in managers.log(built.build, "post_compile")
    assert built.steps["install_dependencies"]["command"] == "pipenv install"
    assert built.build["package_manager_version"]


@pytest.mark.network
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("pipenv-unlocked", ["pipfile-lock-missing"]),
        ("pipenv-ignored-version", ["pipfile-lock-missing", "python-version-ignored"]),
    ],
)
def test_pipenv_without_a_lock_chooses_and_warns(name: str, codes: list[str], managers: BuildSite) -> None:
    built = managers.build(EXAMPLES / name, app=name)
    assert built.status == 0, built.output
    assert [warning["code"] for warning in built.build["warnings"]] == codes
    messages = " ".join(warning["message"] for warning in built.build["warnings"])
    assert all(f"Warning: {warning['message']}" in built.output for warning in built.build["warnings"]), messages
    assert built.build["release"]["version"] == managers.version
    log = managers.log(built.build, "install_dependencies")
    assert b"Pipfile.lock not found, creating" in log
    assert b"\x1b" not in log


def test_a_series_of_another_stack_is_refused_with_the_stacks_that_have_it(managers: BuildSite) -> None:
    built = managers.build(EXAMPLES / "unsupported-series", app="unsupported-series", stack="scalingo-22")
    assert built.status == 1
    assert built.build["failure"]["code"] == "python-version::unsupported-on-stack"
    assert "scalingo-20" in built.build["failure"]["message"]
    assert "scalingo-20" in built.output
    assert "install_python" not in {name for name, step in built.steps.items() if step["status"] != "skipped"}


@pytest.mark.network
def test_the_full_version_goes_before_the_series(managers: BuildSite, tmp_path: Path) -> None:
    app = shutil.copytree(EXAMPLES / "pipenv-full-version", tmp_path / "pipenv-full-version")
    pipfile = (app / "Pipfile").read_text().replace("3.11.2", managers.version)
    (app / "Pipfile").write_text(pipfile)
    built = managers.build(app, "--unsafe-no-sandbox", app="pipenv-full-version")
    assert built.status == 0, built.output
    assert built.build["request"] == {"version": managers.version, "origin": "Pipfile"}
    assert f"built for Python {managers.version}.".encode() in managers.log(built.build, "post_compile")


@pytest.mark.network
def test_an_app_of_setup_py_is_installed_itself(managers: BuildSite) -> None:
    built = managers.build(EXAMPLES / "setup-py-app", app="setup-py-app")
    assert built.status == 0, built.output
    assert built.steps["install_dependencies"]["command"] == "pip install ."
    log = managers.log(built.build, "post_compile").decode()
    assert log.startswith(f"hello from Python {managers.version}.")
    assert "-packages/greeting/" in log


@pytest.mark.network
@pytest.mark.parametrize(("name", "installer"), [("poetry-app", f"Poetry {TOOLS['poetry']}"), ("uv-app", "uv")])
def test_todays_managers_install_at_the_version_that_the_stack_names(
    name: str, installer: str, managers: BuildSite, tmp_path: Path
) -> None:
    app = shutil.copytree(EXAMPLES / name, tmp_path / name)
    (app / ".python-version").write_text(managers.version)
    built = managers.build(app, "--unsafe-no-sandbox", app=name, stack=TODAY)
    assert built.status == 0, built.output
    manager = name.removesuffix("-app")
    assert built.build["package_manager"] == manager
    assert built.build["package_manager_version"] == TOOLS[manager]
    printed = managers.log(built.build, "post_compile").decode()
    assert printed == (
        f"built for Python {managers.version}\n"
        f"greeting 1.0, installed by {installer} from greeting-1.0-py3-none-any.whl\n"
        "without developers' tools\n"
    )


@pytest.mark.network
def test_pip_is_brought_to_the_version_that_the_stack_names(managers: BuildSite, tmp_path: Path) -> None:
    app = make_app(tmp_path / "app", bin__post_compile="python -m pip --version\n")
    built = managers.build(app, app="named-pip", stack=TODAY)
    assert built.status == 0, built.output
    assert managers.log(built.build, "post_compile").startswith(f"pip {TOOLS['pip']} from".encode())
    assert built.build["package_manager_version"] == TOOLS["pip"]
    assert built.build["request"]["origin"] == "default"

    again = managers.build(app, app="named-pip", stack=TODAY)
    assert again.status == 0, again.output
    assert again.build["request"]["origin"] == "cached"


def test_the_documented_rules_are_not_told_of_the_last_build(managers: BuildSite, tmp_path: Path) -> None:
    for _build in range(2):
        built = managers.build(make_app(tmp_path / "app"), app="not-sticky")
        assert built.status == 0, built.output
        assert built.build["request"]["origin"] == "default"


@pytest.mark.network
@pytest.mark.parametrize("series", ["2.7", "3.6"])
def test_an_app_on_an_old_series_builds_where_the_machine_has_it(
    series: str, managers: BuildSite, tmp_path: Path
) -> None:
    """2018: Python 2 and Python 3 are both completely supported."""
    found = next((python for python in found_interpreters()[0] if python.series == series), None)
    if found is None:
        pytest.skip(f"no Python {series} on this machine")
    stack = f"old-{series.replace('.', '')}"
    document = {
        "name": stack, "base": "debian-12", "archs": [ARCHS[platform.machine()]], "default_series": series,
        "series": [{"series": series, "releases": []}],
    }  # fmt: skip
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"schema": 1, "default_stack": stack, "stacks": [document]}))
    portal = managers.portal
    portal.manage("table", "import", "--merge", str(path))
    prefix = ("--from-prefix", str(found.prefix))
    portal.manage("artifact", "add", "--stack", stack, "--version", found.version, "--arch", found.arch, *prefix)
    portal.manage("table", "publish", "-m", f"Python {series}")

    app = old_app(series, tmp_path)
    built = managers.build(app, "--unsafe-no-sandbox", app=stack, stack=stack)
    assert built.status == 0, built.output
    assert built.build["request"] == {"version": series, "origin": "runtime.txt"}
    assert f"Python {found.version}.".encode() in managers.log(built.build, "post_compile")


def old_app(series: str, folder: Path) -> Path:
    """The example that speaks Python 2, or one for every Python that asks for its own as the page of 2018 shows it."""
    if series == "2.7":
        return EXAMPLES / "python2-app"
    app = shutil.copytree(EXAMPLES / "setup-py-app", folder / "app")
    (app / "runtime.txt").write_text(f"python-{series}.\n")
    return app
