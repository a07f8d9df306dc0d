"""The page of 2024, sentence by sentence: one test each, in its order. docs/faithfulness.md lists them."""

import pytest

from tests.scenarios.documentation.asking import PAGE_2024, answer, version
from versions.domain.resolution import ORIGIN_DEFAULT
from versions.formats.documentation import markdown

STACKS = ("scalingo-20", "scalingo-22")
NEWEST = {"3.12": "3.12.3", "3.11": "3.11.9", "3.10": "3.10.14", "3.9": "3.9.19"}


@pytest.mark.parametrize("stack", STACKS)
def test_the_python_language_is_officially_supported(stack: str) -> None:
    assert version(PAGE_2024, stack, requirements_txt="") == "3.12.3"


@pytest.mark.parametrize("name", ["Pipfile", "requirements_txt", "setup_py"])
def test_a_file_at_the_root_makes_a_python_application(name: str) -> None:
    """The page lost the third name between "or" and "should"; it was setup.py in 2018."""
    assert answer(PAGE_2024, "scalingo-22", **{name: ""})["detected"] is True


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("series", NEWEST)
def test_row_of_the_table_of_versions(series: str, stack: str) -> None:
    assert version(PAGE_2024, stack, requirements_txt="", runtime_txt=f"python-{series}") == NEWEST[series]


def test_row_of_the_table_for_3_8() -> None:
    asking = {"requirements_txt": "", "runtime_txt": "python-3.8"}
    assert version(PAGE_2024, "scalingo-20", **asking) == "3.8.19"
    failure = answer(PAGE_2024, "scalingo-22", **asking)["failure"]
    # A message of its own, which names the stacks that have the series.
    assert failure["code"] in {"python-version::eol", "python-version::unsupported-on-stack"}
    assert "scalingo-22" in failure["message"]
    assert "scalingo-20" in failure["message"]
    assert "scalingo-18" not in failure["message"]  # it has 3.8, but nothing is built there any more


def test_the_table_is_published_as_the_page_shows_it() -> None:
    rows = [line for line in markdown(PAGE_2024, revision=2).splitlines() if line.startswith("|")]
    cells = [[cell.strip().replace("`", "") for cell in row.strip("|").split("|")] for row in rows]
    by_series = {row[0]: dict(zip(cells[0], row, strict=True)) for row in cells}
    for series, newest in NEWEST.items():
        assert {by_series[series][stack] for stack in STACKS} == {f"up to {newest}"}
    assert (by_series["3.8"]["scalingo-20"], by_series["3.8"]["scalingo-22"]) == ("up to 3.8.19", "unsupported")


@pytest.mark.parametrize("stack", STACKS)
def test_the_default_on_both_stacks_is_the_latest_3_12(stack: str) -> None:
    found = answer(PAGE_2024, stack, requirements_txt="")
    assert found["request"] == {"version": "3.12", "origin": ORIGIN_DEFAULT}
    assert found["release"]["version"] == "3.12.3"


def test_another_version_can_be_asked_for() -> None:
    assert version(PAGE_2024, "scalingo-22", requirements_txt="", runtime_txt="python-3.9") == "3.9.19"


def test_the_preferred_way_to_manage_dependencies_and_version_is_pipenv() -> None:
    found = answer(PAGE_2024, "scalingo-22", Pipfile="", Pipfile_lock="{}", requirements_txt="", setup_py="")
    assert found["package_manager"] == "pipenv"


def test_the_python_version_is_frozen_in_the_pipfile() -> None:
    found = answer(PAGE_2024, "scalingo-22", Pipfile='[requires]\npython_version = "3.10"\n')
    assert found["request"] == {"version": "3.10", "origin": "Pipfile"}


def test_the_last_version_respecting_the_constraint_is_installed() -> None:
    """The page's example names 3.10.13; its own table says that 3.10.14 is the last one."""
    assert version(PAGE_2024, "scalingo-22", Pipfile='[requires]\npython_version = "3.10"\n') == "3.10.14"


@pytest.mark.parametrize("field", ["3.10", "3.9"])
def test_python_version_accepts_minor_versions(field: str) -> None:
    assert version(PAGE_2024, "scalingo-22", Pipfile=f'[requires]\npython_version = "{field}"\n') == NEWEST[field]


@pytest.mark.parametrize("field", ["3.10.1", "3", "three", ">=3.10"])
def test_python_version_accepts_only_minor_versions(field: str) -> None:
    found = answer(PAGE_2024, "scalingo-22", Pipfile=f'[requires]\npython_version = "{field}"\n')
    assert found["release"]["version"] == "3.12.3"
    assert "python-version-ignored" in {warning["code"] for warning in found["warnings"]}


def test_python_full_version_asks_for_a_patch() -> None:
    pipfile = '[requires]\npython_version = "3.10"\npython_full_version = "3.10.1"\n'
    assert version(PAGE_2024, "scalingo-22", Pipfile=pipfile) == "3.10.1"


def test_the_runtime_version_is_specified_in_runtime_txt_at_the_root() -> None:
    found = answer(PAGE_2024, "scalingo-22", requirements_txt="", runtime_txt="python-3.9.16")
    assert found["request"] == {"version": "3.9.16", "origin": "runtime.txt"}


def test_the_example_of_runtime_txt_installs_python_3_9_16() -> None:
    assert version(PAGE_2024, "scalingo-22", requirements_txt="", runtime_txt="python-3.9.16\n") == "3.9.16"


def test_with_pipfile_and_lock_pipenv_install_is_used() -> None:
    found = answer(PAGE_2024, "scalingo-22", Pipfile="", Pipfile_lock="{}")
    assert found["install_commands"] == [["pipenv", "install"]]


def test_with_requirements_txt_pip_install_r_is_used() -> None:
    found = answer(PAGE_2024, "scalingo-22", requirements_txt="")
    assert found["install_commands"] == [["pip", "install", "-r", "requirements.txt"]]
