"""The rules that the documentation states: marks, package managers, sources and the last build."""

from typing import Any

import pytest

from builds.domain.documents import detection_document
from builds.domain.outcomes import (
    LockMissing,
    LockUnreadable,
    LockVersionInvalid,
    PipfileUnreadable,
    PipfileVersionInvalid,
    PyPyUnsupported,
    RuntimeTxtInvalid,
    VersionIgnored,
)
from tests.unit.builds.asked import documented, pipenv_lock
from tests.unit.builds.trees import FOLDER, Files, link
from versions.domain.resolution import Request
from versions.domain.resolution.outcomes import SeriesUnsupported
from versions.domain.version import Series


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"Pipfile": "", "requirements.txt": "", "setup.py": ""}, ("pipenv", "install")),
        ({"requirements.txt": "", "setup.py": ""}, ("pip", "install", "-r", "requirements.txt")),
        ({"setup.py": ""}, ("pip", "install", ".")),
    ],
)
def test_documented_managers(files: Files, command: tuple[str, ...]) -> None:
    assert documented(files).install_commands == (command,)


@pytest.mark.parametrize("name", ["Pipfile", "requirements.txt", "setup.py"])
def test_documented_marks_are_files(name: str) -> None:
    assert documented({name: ""}).is_detected
    assert not documented({name: FOLDER}).is_detected
    assert not documented({name: link("nowhere")}).is_detected
    assert not documented({f"src/{name}": ""}).is_detected


def test_documented_lock_is_missed() -> None:
    detection = documented({"Pipfile": ""})
    assert detection.warnings == (LockMissing(),)
    assert documented(pipenv_lock("{}")).warnings == ()


@pytest.mark.parametrize(
    ("files", "version", "origin"),
    [
        ({"runtime.txt": "python-3.9.16", **pipenv_lock('{"python_version": "3.10"}')}, "3.9.16", "runtime.txt"),
        ({"runtime.txt": "python-3.9.", "setup.py": ""}, "3.9.19", "runtime.txt"),
        (pipenv_lock('{"python_version": "3.10"}'), "3.10.14", "Pipfile.lock"),
        (pipenv_lock('{"python_version": "3.10", "python_full_version": "3.9.16"}'), "3.9.16", "Pipfile.lock"),
        ({"Pipfile": '[requires]\npython_version = "3.10"\n'}, "3.10.14", "Pipfile"),
        ({"Pipfile": '[requires]\npython_full_version = "3.10.1"\npython_version = "3.9"\n'}, "3.10.1", "Pipfile"),
        (pipenv_lock("{}") | {"Pipfile": '[requires]\npython_version = "3.9"\n'}, "3.9.19", "Pipfile"),
        ({"requirements.txt": "", "Pipfile.lock": "INVALID"}, "3.12.3", "default"),
    ],
)
def test_documented_sources(files: Files, version: str, origin: str) -> None:
    detection = documented(files)
    assert detection.release is not None
    assert detection.request is not None
    assert (str(detection.release.version), detection.request.origin) == (version, origin)


@pytest.mark.parametrize("written", ["3", ">=3.10", "3.10.1", "3.13", "*", "3.9 "])
def test_documented_python_version_is_passed_over(written: str) -> None:
    detection = documented(pipenv_lock(f'{{"python_version": "{written}"}}'))
    assert detection.warnings == (VersionIgnored(written, "Pipfile.lock"),)
    assert detection.request == Request("3.12", "default")


def test_documented_python_version_is_passed_over_once() -> None:
    detection = documented(pipenv_lock('{"python_version": "3"}') | {"Pipfile": '[requires]\npython_version = "3"\n'})
    assert detection.warnings == (VersionIgnored("3", "Pipfile.lock"),)
    named = documented(pipenv_lock('{"python_version": "3"}') | {"Pipfile": '[requires]\npython_version = "3.9"\n'})
    assert named.request == Request("3.9", "Pipfile")
    assert named.warnings == (VersionIgnored("3", "Pipfile.lock"),)


@pytest.mark.parametrize("version", ["3.8", "3.7", "2.7"])
def test_documented_series_of_other_stacks(version: str) -> None:
    detection = documented(pipenv_lock(f'{{"python_version": "{version}"}}'))
    assert isinstance(detection.failure, SeriesUnsupported)
    assert detection.request == Request(version, "Pipfile.lock")


@pytest.mark.parametrize(
    ("files", "failure"),
    [
        ({"setup.py": "", "runtime.txt": FOLDER}, RuntimeTxtInvalid("", Series(3, 12))),
        ({"setup.py": "", "runtime.txt": "3.12"}, RuntimeTxtInvalid("3.12", Series(3, 12))),
        ({"setup.py": "", "runtime.txt": "pypy3"}, PyPyUnsupported("pypy3", "runtime.txt", Series(3, 12))),
        (pipenv_lock("1"), LockUnreadable("_meta.requires is not an object")),
        (pipenv_lock('{"python_full_version": "3.10"}'), LockVersionInvalid("3.10", Series(3, 12))),
        (pipenv_lock('{"python_full_version": ""}'), LockVersionInvalid("", Series(3, 12))),
        ({"Pipfile": "="}, PipfileUnreadable("Invalid statement (at line 1, column 1)")),
        ({"Pipfile": "[requires]\npython_full_version = 3\n"}, PipfileVersionInvalid("3", Series(3, 12))),
    ],
)
def test_documented_failures(files: Files, failure: object) -> None:
    detection = documented(files)
    assert detection.failure == failure
    assert detection.request is None
    document: Any = detection_document(detection)
    assert document["failure"]["detail"] == detection.failure.detail if detection.failure else ""


def test_documented_last_build() -> None:
    assert documented({"setup.py": ""}, "3.10.5").request == Request("3.10.5", "cached")
    assert documented({"setup.py": ""}, "garbage").request == Request("3.12", "default")
    assert documented({"setup.py": ""}, "pypy3.6").failure == PyPyUnsupported("pypy3.6", "cached", Series(3, 12))
    assert documented({"setup.py": "", "runtime.txt": "python-3.9"}, "pypy3.6").failure is None
