"""The page of 2018, sentence by sentence: one test each, in its order. docs/faithfulness.md lists them."""

import pytest

from tests.scenarios.documentation.asking import PAGE_2018, STACK_2018, answer, version
from versions.domain.version import Version


def test_the_python_language_is_officially_supported() -> None:
    assert version(PAGE_2018, STACK_2018, requirements_txt="") == "3.6.6"


@pytest.mark.parametrize("name", ["Pipfile", "requirements_txt", "setup_py"])
def test_a_file_pipfile_requirements_or_setup_at_the_root_makes_a_python_application(name: str) -> None:
    assert answer(PAGE_2018, STACK_2018, **{name: ""})["detected"] is True


@pytest.mark.parametrize("name", ["package_json", "main_py", "Procfile"])
def test_no_other_file_makes_a_python_application(name: str) -> None:
    assert answer(PAGE_2018, STACK_2018, **{name: ""})["detected"] is False


def test_the_preferred_way_to_manage_dependencies_is_pipenv() -> None:
    found = answer(PAGE_2018, STACK_2018, Pipfile="", Pipfile_lock="{}", requirements_txt="", setup_py="")
    assert found["package_manager"] == "pipenv"


def test_the_python_version_is_frozen_in_the_pipfile() -> None:
    found = answer(PAGE_2018, STACK_2018, Pipfile='[requires]\npython_version = "2.7"\n')
    assert found["request"] == {"version": "2.7", "origin": "Pipfile"}


def test_the_last_available_version_respecting_this_constraint_is_installed() -> None:
    assert version(PAGE_2018, STACK_2018, Pipfile='[requires]\npython_version = "3.6"\n') == "3.6.6"


@pytest.mark.parametrize(("asked", "got"), [("2.7", "2.7.15"), ("3.6", "3.6.6")])
def test_python_2_and_python_3_are_both_completely_supported(asked: str, got: str) -> None:
    assert version(PAGE_2018, STACK_2018, Pipfile=f'[requires]\npython_version = "{asked}"\n') == got
    assert version(PAGE_2018, STACK_2018, requirements_txt="", runtime_txt=f"python-{got}\n") == got


def test_the_runtime_version_is_specified_in_runtime_txt_at_the_root() -> None:
    found = answer(PAGE_2018, STACK_2018, requirements_txt="", runtime_txt="python-2.7.15\n")
    assert found["request"] == {"version": "2.7.15", "origin": "runtime.txt"}


def test_the_example_of_runtime_txt_installs_python_3_6_6() -> None:
    assert version(PAGE_2018, STACK_2018, requirements_txt="", runtime_txt="python-3.6.\n") == "3.6.6"


def test_with_pipfile_and_lock_pipenv_install_is_used() -> None:
    found = answer(PAGE_2018, STACK_2018, Pipfile="", Pipfile_lock="{}")
    assert found["install_commands"] == [["pipenv", "install"]]


def test_with_requirements_txt_pip_install_r_is_used() -> None:
    found = answer(PAGE_2018, STACK_2018, requirements_txt="")
    assert found["install_commands"] == [["pip", "install", "-r", "requirements.txt"]]


def test_the_supported_versions_are_3_6_6_and_2_7_15() -> None:
    stack = PAGE_2018.find_stack(STACK_2018)
    assert stack is not None
    offered = {release.version for series in stack.series for release in series.releases}
    assert offered == {Version.parse("3.6.6"), Version.parse("2.7.15")}
    refused = answer(PAGE_2018, STACK_2018, requirements_txt="", runtime_txt="python-3.6.5\n")
    assert refused["failure"]["code"] == "python-version::unknown-patch"
