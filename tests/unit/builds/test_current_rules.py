"""Today's rules: package managers, which files are read for whom, and uv's own ways."""

import pytest

from builds.domain.outcomes import (
    LockUnreadable,
    RuntimeTxtUnsupported,
)
from tests.unit.builds.asked import current
from versions.domain.resolution.outcomes import ReleaseUnknown


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("requirements.txt", ("pip", "install", "-r", "requirements.txt")),
        ("Pipfile.lock", ("pipenv", "install", "--deploy")),
        ("poetry.lock", ("poetry", "sync", "--only", "main")),
        ("uv.lock", ("uv", "sync", "--locked", "--no-default-groups")),
    ],
)
def test_current_managers(name: str, command: tuple[str, ...]) -> None:
    assert current({name: "{}", ".python-version": "3.13"}).install_commands == (command,)


def test_current_lock_is_read_for_pipenv_alone() -> None:
    assert current({"requirements.txt": "", "src/Pipfile.lock": "INVALID"}).failure is None
    assert current({"Pipfile.lock": "INVALID"}).failure == LockUnreadable("line 1, column 1: Expecting value")


def test_current_uv_and_runtime_txt() -> None:
    detection = current({"uv.lock": "", "runtime.txt": "python-3.12.999"})
    assert detection.failure == RuntimeTxtUnsupported("3.12")
    exact = current({"uv.lock": "", ".python-version": "3.12.999"})
    assert isinstance(exact.failure, ReleaseUnknown)
