"""How package managers are brought in, with a shell script in the place of the app's Python that says what it was told.

The real ones are installed by tests/scenarios/builder/test_package_managers.py.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builds.builder.dependencies import install_dependencies
from builds.builder.failures import BuildFailure
from builds.builder.installers import prepare_installer
from builds.builder.log_stream import LogStream
from builds.builder.masking import Masker
from builds.builder.order import Confinement, Order
from builds.builder.portal import Hold, Portal
from builds.builder.step_log import StepLog
from builds.builder.terminal import Terminal
from builds.builder.workshop import Workshop
from builds.domain.package_managers import PackageManager
from tests.unit.builder.stand_in import Answer, always, stand_in
from versions.archives.slots import taken_slot, work_folder
from versions.domain.version import Version

SCRIPT = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
    *--version) echo "pip 9.0.1 from /somewhere (python 3.6)" ;;
    *pip==*) echo "cannot reach the index"; exit {status} ;;
    *) exit {status} ;;
esac
"""


class Bench:
    """A workshop without a sandbox, and a log whose text can be read."""

    def __init__(self, workshop: Workshop, log: StepLog, spool: Path) -> None:
        self.workshop = workshop
        self.log = log
        self._spool = spool
        self._calls = workshop.app / "calls"

    def install_python(self, *, status: int) -> None:
        python = self.workshop.python / "bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(SCRIPT.format(calls=self._calls, status=status))
        python.chmod(0o755)
        self._calls.touch()
        self.workshop.give(self.workshop.app)

    @property
    def said(self) -> str:
        self.log.finish()
        return self._spool.read_text()

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with (
        stand_in(always(Answer(202, {"Upload-Offset": "0"}))) as server,
        Portal(server.url, "token") as portal,
        taken_slot() as slot,
        work_folder(slot) as folder,
    ):
        (folder / "app").mkdir()
        order = Order(directory=Path("app"), app="shop", stack="local")
        workshop = Workshop(folder, order, slot, Confinement(is_sandboxed=False, note=""), lambda: None)
        workshop.hand_over()
        spool = tmp_path / "step.log"
        with LogStream(portal, Hold(1, 1, 1, 60, ""), "step", spool, lambda _reason: None) as stream:
            yield Bench(workshop, StepLog(stream, Terminal(), Masker(())), spool)
            stream.give_up()


def test_pip_stays_as_it_came_where_nothing_names_another(bench: Bench) -> None:
    bench.install_python(status=1)
    installer = prepare_installer(PackageManager.PIP, None, Version(3, 12, 3), bench.workshop, bench.log)
    assert installer.version == "9.0.1"
    assert bench.calls == ["-m pip --version"]


def test_an_old_python_gets_the_last_pip_that_runs_on_it(bench: Bench) -> None:
    bench.install_python(status=0)
    installer = prepare_installer(PackageManager.PIP, "25.3", Version(3, 6, 15), bench.workshop, bench.log)
    assert installer.version == "21.3.1"
    assert bench.calls[-1].endswith(" pip==21.3.1")
    assert "pip 25.3, which the stack's table names, does not run on Python 3.6; 21.3.1 does" in bench.said


def test_without_the_index_an_old_python_goes_on_with_its_own_pip(bench: Bench) -> None:
    bench.install_python(status=1)
    installer = prepare_installer(PackageManager.PIP, None, Version(2, 7, 18), bench.workshop, bench.log)
    assert installer.version == "9.0.1"
    assert "pip 20.3.4 could not be installed; going on with pip 9.0.1" in bench.said


def test_a_pip_that_the_table_names_and_nobody_has_ends_the_build(bench: Bench) -> None:
    bench.install_python(status=1)
    with pytest.raises(BuildFailure) as raised:
        prepare_installer(PackageManager.PIP, "25.3", Version(3, 12, 3), bench.workshop, bench.log)
    assert (raised.value.code, raised.value.detail) == ("install-package-manager::pip", "pip 25.3")
    assert "cannot reach the index" in bench.said


@pytest.mark.parametrize("manager", ["pipenv", "poetry", "uv"])
def test_a_manager_that_cannot_be_brought_in_ends_the_build(manager: str, bench: Bench) -> None:
    bench.install_python(status=1)
    with pytest.raises(BuildFailure) as raised:
        prepare_installer(PackageManager(manager), "1.2.3", Version(3, 12, 3), bench.workshop, bench.log)
    assert (raised.value.code, raised.value.detail) == (f"install-package-manager::{manager}", f"{manager} 1.2.3")
    assert bench.calls == [f"-m venv {bench.workshop.scratch}/installer"]


@pytest.mark.parametrize(("manager", "command"), [("conda", ["conda", "install"]), ("pip", ["rm", "-rf", "/"])])
def test_an_unknown_manager_or_a_foreign_command_runs_nothing(manager: str, command: list[str], bench: Bench) -> None:
    bench.install_python(status=0)
    detection = {"install_commands": [command], "package_manager": manager, "release": {"version": "3.12.3"}}
    with pytest.raises(BuildFailure) as raised:
        install_dependencies(detection, bench.workshop, bench.log)
    assert raised.value.code == "install-dependencies::unsupported-manager"
    assert bench.calls == []
