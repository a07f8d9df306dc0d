"""What an interpreter of this machine says of itself: its release, where its library lies, how it was linked."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

from versions.domain.refusals import Refusal
from versions.domain.version import Version

_ARCHS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_QUESTION_TIMEOUT_SECONDS = 30
# Python 2.7 answers this as well, so it keeps to what 2.7 understands.
_QUESTION = """
import json, sys, sysconfig
paths = sysconfig.get_paths()
print(json.dumps({
    "release": "%d.%d.%d" % sys.version_info[:3],
    "level": sys.version_info[3],
    "prefix": getattr(sys, "base_prefix", sys.prefix),
    "library": paths["stdlib"],
    "headers": sysconfig.get_config_var("INCLUDEPY"),
    "include": paths["include"],
    "shared_folder": sysconfig.get_config_var("LIBDIR"),
    "wheels": sysconfig.get_config_var("WHEEL_PKG_DIR"),
    "freethreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
}))
"""


@dataclass(frozen=True, slots=True)
class PrefixFacts:
    """One interpreter as it stands on this machine. Paths are absolute; `wheels` is where Debian keeps pip."""

    executable: Path
    prefix: Path
    version: Version
    arch: str
    library: Path
    headers: Path | None
    shared_folder: Path | None
    wheels: Path | None


def prefix_facts(prefix: Path, interpreter: Path | None = None) -> PrefixFacts:
    """Asks the interpreter at `prefix` (`bin/python3`, else `bin/python`; or the one named) about itself.

    Raises Refusal `prefix::not-python` when there is none that answers, `prefix::not-packable` with the reason when it
    is a pre-release, a virtual environment of another interpreter, or built for a processor the table has no word for.
    """
    executable = (interpreter or _interpreter_of(prefix)).resolve()
    answer = _ask(executable)
    if answer["level"] != "final" or answer["freethreaded"]:
        raise Refusal("prefix::not-packable", prefix=prefix, reason="it is a pre-release or an experimental build")
    home = Path(str(answer["prefix"])).resolve()
    if home != prefix.resolve():
        raise Refusal("prefix::not-packable", prefix=prefix, reason=f"its interpreter belongs to {home}")
    arch = _ARCHS.get(platform.machine().lower())
    if arch is None:
        raise Refusal("prefix::not-packable", prefix=prefix, reason=f"processor {platform.machine()} is not supported")
    release = Version.parse(str(answer["release"]))
    if release is None:
        raise Refusal("prefix::not-python", prefix=executable, reason="it does not say which release it is")
    return PrefixFacts(
        executable=executable,
        prefix=home,
        version=release,
        arch=arch,
        library=Path(str(answer["library"])).resolve(),
        headers=_own_folder(home, answer["headers"], answer["include"]),
        shared_folder=_own_folder(home, answer["shared_folder"], str(home / "lib")),
        wheels=_folder(answer["wheels"]),
    )


def _interpreter_of(prefix: Path) -> Path:
    for name in ("python3", "python", "python2"):
        candidate = prefix / "bin" / name
        if candidate.is_file():
            return candidate
    raise Refusal("prefix::not-python", prefix=prefix, reason="it has no bin/python3")


def _ask(executable: Path) -> dict[str, object]:
    try:
        run = subprocess.run(
            [str(executable), "-E", "-s", "-c", _QUESTION],
            capture_output=True,
            timeout=_QUESTION_TIMEOUT_SECONDS,
            check=True,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
        )
        answer = json.loads(run.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Refusal("prefix::not-python", prefix=executable, reason="it does not start") from error
    assert isinstance(answer, dict)
    return answer


def _own_folder(home: Path, *answers: object) -> Path | None:
    """The first that lies in the prefix, else the first that exists: a moved prefix still names its old place."""
    folders = [folder for folder in map(_folder, answers) if folder is not None]
    return next((folder for folder in folders if folder.is_relative_to(home)), folders[0] if folders else None)


def _folder(answer: object) -> Path | None:
    if not isinstance(answer, str) or not answer:
        return None
    path = Path(answer)
    # os.path, because Path.is_dir raises for a folder below one that this user may not enter.
    return path.resolve() if os.path.isdir(path) else None  # noqa: PTH112
