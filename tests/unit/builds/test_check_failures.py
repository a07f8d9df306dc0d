"""What stops a build before its version is even looked for, or right where it is."""

import pytest

from tests.unit.builds.asked import current, documented
from tests.unit.builds.trees import FOLDER, Files, link
from versions.domain.resolution import Request

PIP: Files = {"requirements.txt": ""}


@pytest.mark.parametrize(
    ("files", "code", "detail"),
    [
        ({".scalingo/python": FOLDER}, "checks::existing-python-dir", None),
        ({".scalingo/python/bin/python": "x"}, "checks::existing-python-dir", None),
        ({".scalingo/python": "a file"}, "checks::existing-python-dir", None),
        ({".venv/pyvenv.cfg": ""}, "checks::existing-venv-dir", ".venv"),
        ({"venv/pyvenv.cfg": ""}, "checks::existing-venv-dir", "venv"),
        ({"venv/pyvenv.cfg": "", ".venv/pyvenv.cfg": ""}, "checks::existing-venv-dir", ".venv"),
        ({"python-version": "3.12", ".python-version": "3.12"}, "python-version-file::misspelled", "python-version"),
        ({".python-version": "3.12\nnewest\n"}, "python-version-file::invalid-version", "newest"),
    ],
)
def test_what_is_in_the_way(files: Files, code: str, detail: str | None) -> None:
    found = current(PIP | files)
    assert found.failure is not None
    assert (found.failure.code, found.failure.detail) == (code, detail)
    assert (found.request, found.release, found.install_commands) == (None, None, ())


def test_a_folder_in_the_way_is_told_before_the_package_manager_is_chosen() -> None:
    assert current(PIP | {".scalingo/python": FOLDER}).package_manager is None
    assert current(PIP | {".venv/pyvenv.cfg": ""}).package_manager == "pip"


@pytest.mark.parametrize(
    "files",
    [{".venv/bin/python": "x"}, {"venv/pyvenv.cfg": FOLDER}, {"env/pyvenv.cfg": ""}, {".venv/pyvenv.cfg": link("no")}],
)
def test_a_folder_is_no_environment_without_its_file(files: Files) -> None:
    assert current(PIP | files).failure is None


def test_the_rules_of_2024_looked_at_none_of_it() -> None:
    files = PIP | {
        ".scalingo/python": FOLDER,
        ".venv/pyvenv.cfg": "",
        "python-version": "x",
        "runtime.txt": "python-3.12",
    }
    found = documented(files)
    assert found.failure is None
    assert found.request == Request("3.12", "runtime.txt")
