"""What archives of tests are for, and what they leave in a folder."""

from pathlib import Path

from tests.unit.archives.interpreters import packed_interpreter
from versions.domain.archive_jobs import Target


def target(version: str = "3.12.4", arch: str = "amd64") -> Target:
    return Target.read(version=version, stacks=["stack-22"], arch=arch)


def real_target() -> Target:
    packed = packed_interpreter()
    return target(str(packed.version), packed.arch)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
