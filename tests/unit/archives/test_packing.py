import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.archives.archives import archive, member
from tests.unit.archives.interpreters import packed_interpreter
from versions.archives.packing import pack_prefix
from versions.archives.unpacking import unpack
from versions.archives.verification import Outcome, required_modules, verify
from versions.domain.refusals import Refusal
from versions.domain.version import Series, Version

RUNNING = Version(*sys.version_info[:3])


def test_the_packed_interpreter_is_verified() -> None:
    packed = packed_interpreter()
    record = verify(packed.path, packed.version, packed.arch, packed.sha256, packed.size)
    assert [(check.name, check.detail) for check in record.checks if check.outcome is not Outcome.PASSED] == []
    assert [check.name for check in record.checks] == [
        "hash", "size", "members", "arch", "version", "libpython", "imports", "pip",
    ]  # fmt: skip
    assert record.is_verified
    assert packed.version == RUNNING


def test_a_copy_runs_by_itself_and_installs_into_itself(tmp_path: Path) -> None:
    packed = packed_interpreter()
    unpack(packed.path, tmp_path / "copy")
    python = tmp_path / "copy/bin/python3"
    asked = "import os, sys, sysconfig; print(sys.prefix, os.__file__, sysconfig.get_paths()['purelib'])"
    told = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True, env={}).stdout.split()
    assert [path for path in told if not Path(path).is_relative_to(tmp_path / "copy")] == []
    pip = subprocess.run([tmp_path / "copy/bin/pip", "--version"], capture_output=True, text=True, check=True)
    assert str(tmp_path / "copy/") in pip.stdout


def test_what_is_not_part_of_an_interpreter_stays_out(tmp_path: Path) -> None:
    unpack(packed_interpreter().path, tmp_path / "copy")
    names = [path.relative_to(tmp_path / "copy") for path in (tmp_path / "copy").rglob("*")]
    packages = {name.parts[3] for name in names if len(name.parts) > 3 and name.parts[2].endswith("-packages")}
    assert {name.partition("-")[0] for name in packages} <= {
        "pip",
        "setuptools",
        "_distutils_hack",
        "pkg_resources",
        "distutils",
    }
    assert [name for name in names if name.name in {"__pycache__", "test", "idlelib", "EXTERNALLY-MANAGED"}] == []
    assert [name for name in names if name.suffix in {".a", ".pyc"}] == []


def test_the_same_prefix_packs_to_the_same_bytes(tmp_path: Path) -> None:
    packed = packed_interpreter()
    again = pack_prefix(Path(sys.base_prefix), tmp_path / "again.tar.gz", interpreter=Path(sys.executable).resolve())
    assert (again.sha256, again.size) == (packed.sha256, packed.size)
    assert [path.name for path in tmp_path.iterdir()] == ["again.tar.gz"]


def test_a_folder_without_an_interpreter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="prefix::not-python"):
        pack_prefix(tmp_path, tmp_path / "out.tar.gz")
    assert list(tmp_path.iterdir()) == []


def test_an_interpreter_that_does_not_start_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python3").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "bin/python3").chmod(0o755)
    with pytest.raises(Refusal, match="prefix::not-python"):
        pack_prefix(tmp_path, tmp_path / "out.tar.gz")
    assert not (tmp_path / "out.tar.gz").exists()


def test_a_virtual_environment_is_not_packed_as_if_it_were_an_interpreter(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="prefix::not-packable"):
        pack_prefix(Path(sys.prefix), tmp_path / "out.tar.gz")


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"sha256": "0" * 64}, "hash"),
        ({"size": 17}, "size"),
        ({"version": Version(RUNNING.major, RUNNING.minor, RUNNING.patch + 1)}, "version"),
        ({"arch": "arm64" if platform.machine() == "x86_64" else "amd64"}, "arch"),
    ],
)
def test_each_lie_about_an_archive_fails_its_check(change: dict[str, object], failed: str) -> None:
    packed = packed_interpreter()
    claims = {"version": packed.version, "arch": packed.arch, "sha256": packed.sha256, "size": packed.size} | change
    record = verify(packed.path, **claims)  # type: ignore[arg-type]
    assert [check.name for check in record.failures] == [failed]
    assert not record.is_verified


def test_a_program_that_is_no_interpreter_fails_before_it_is_started(tmp_path: Path) -> None:
    script = f"#!/bin/sh\ntouch {tmp_path}/started\n".encode()
    packed = archive(tmp_path / "a.tar.gz", member("bin/python3", script, mode=0o755))
    sha256 = verify(packed, RUNNING, "amd64", "0" * 64, None).sha256
    record = verify(packed, RUNNING, "amd64", sha256, None)
    assert [(check.name, check.detail) for check in record.failures] == [("arch", "bin/python3 is not a Linux program")]
    assert not (tmp_path / "started").exists()


def test_modules_are_required_by_series() -> None:
    assert required_modules(Series(2, 7)) == ("ssl", "sqlite3", "zlib", "bz2", "ctypes", "hashlib")
    assert required_modules(Series(3, 12)) == (
        "ssl", "sqlite3", "zlib", "bz2", "lzma", "ctypes", "hashlib", "venv",
    )  # fmt: skip
