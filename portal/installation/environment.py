"""Makes the checkout's .venv, keeps it up to date, and becomes its Python.

Run by bin/with-venv with any Python of 3.11 or newer, before a single package is installed: hence the standard
library alone, and no import from the portal.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PIP_REDIRECTIONS = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")
NETWORK_WORDS = ("NewConnectionError", "NameResolutionError", "Temporary failure", "timed out", "ConnectionError")


class EnvironmentTrouble(Exception):
    """Why there is no usable .venv, in one sentence that says what to do."""


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """bin/run and bin/test started together must not both install: the checkout's own folder is the lock."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def stage(title: str) -> Iterator[None]:
    """One line of progress: what is being done, then how long it took in seconds."""
    started = time.monotonic()
    sys.stderr.write(f"  {title} ... ")
    sys.stderr.flush()
    try:
        yield
    except BaseException:
        sys.stderr.write("failed\n")
        raise
    sys.stderr.write(f"{time.monotonic() - started:.1f} s\n")


def fingerprint(requirements: Path) -> str:
    """Changes with the pinned packages, with the Python and with the place of the .venv (its scripts name it)."""
    text = "".join(path.read_text(encoding="utf-8") for path in files_of(requirements))
    return hashlib.sha256(f"{text}\n{sys.version}\n{VENV}".encode()).hexdigest()


def files_of(requirements: Path) -> list[Path]:
    """The file and those that it includes with `-r`."""
    included = [
        ROOT / line.split()[1]
        for line in requirements.read_text(encoding="utf-8").splitlines()
        if line.startswith("-r ")
    ]
    return [*included, requirements]


def has_usable_venv() -> bool:
    """Whether .venv has a Python that starts, has pip, and is of the series that runs this file."""
    script = "import sys, pip; sys.exit(sys.version_info[:2] != ({}, {}))".format(*sys.version_info[:2])
    try:
        return (
            subprocess.run([VENV / "bin/python", "-I", "-c", script], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def make_venv() -> None:
    """A new .venv with pip inside; whatever was there did not work and is removed."""
    if VENV.is_dir() and not VENV.is_symlink():
        shutil.rmtree(VENV)
    with stage(f"Making the virtual environment with Python {sys.version.split()[0]}"):
        with_pip = subprocess.run(
            [sys.executable, "-I", "-m", "venv", VENV], capture_output=True, text=True, check=False
        )
        if with_pip.returncode == 0:
            return
        outcome = subprocess.run(
            [sys.executable, "-I", "-m", "venv", "--clear", "--without-pip", VENV],
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode == 0:
            # Debian ships ensurepip in a package of its own, but pip itself may be there and can install its like.
            outcome = subprocess.run(
                [sys.executable, "-m", "pip", "--python", VENV / "bin/python", "install", "--quiet", "pip"],
                capture_output=True,
                text=True,
                check=False,
                env=pip_environment(),
            )
        if outcome.returncode != 0:
            shutil.rmtree(VENV, ignore_errors=True)
            package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
            raise EnvironmentTrouble(
                f"Python at {sys.executable} cannot make a virtual environment: its part `ensurepip` is missing; "
                f"on Debian and Ubuntu install it with: apt-get install {package}"
            )


def pip_environment() -> dict[str, str]:
    """Ours without the variables that would send packages elsewhere than into .venv."""
    return {name: value for name, value in os.environ.items() if name not in PIP_REDIRECTIONS}


def install(requirements: Path) -> None:
    """Every pinned package of the file, quietly; raises EnvironmentTrouble with pip's last words."""
    command = [
        str(VENV / "bin/python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--retries",
        "2",
        "--requirement",
        str(requirements),
    ]
    with stage(f"Installing the packages of {requirements.name} (a minute or so the first time)"):
        outcome = subprocess.run(command, capture_output=True, text=True, check=False, env=pip_environment())
    if outcome.returncode == 0:
        return
    errors = [line for line in outcome.stderr.splitlines() if line.startswith("ERROR")] or ["pip gave no reason"]
    if any(word in outcome.stderr for word in NETWORK_WORDS):
        raise EnvironmentTrouble(
            "The package index cannot be reached, so the packages in "
            f"{requirements.name} could not be installed; check the network and run this again."
        )
    raise EnvironmentTrouble(f"pip could not install the packages of {requirements.name}: {errors[-1]}")


def prepare(requirements: Path) -> None:
    """Brings .venv to what the requirements say; does nothing when it is there already."""
    wanted = fingerprint(requirements)
    stamp = VENV / f".installed-{requirements.stem}"
    with one_at_a_time():
        if read(stamp) == wanted and (VENV / "bin/python").exists():
            return
        if not os.access(ROOT, os.W_OK) or (VENV.exists() and not os.access(VENV, os.W_OK)):
            raise EnvironmentTrouble(
                f"Cannot write to {ROOT}, where .venv has to be made; make it writable or clone it elsewhere."
            )
        is_new = not has_usable_venv()
        if is_new:
            make_venv()
        try:
            install(requirements)
        except BaseException:
            if is_new:
                shutil.rmtree(VENV, ignore_errors=True)
            raise
        # Ours is importable from wherever the user stands, without a variable that an app's build would inherit.
        packages = VENV / "lib/python{}.{}/site-packages".format(*sys.version_info[:2])
        (packages / "runtime-portal.pth").write_text(f"{ROOT}\n", encoding="utf-8")
        stamp.write_text(wanted, encoding="utf-8")


def read(path: Path) -> str:
    """The file's text, or nothing when there is no such file."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def main(arguments: Sequence[str]) -> None:
    """`[--dev] ARGUMENTS...`: prepares .venv, then replaces this process by its Python with these arguments."""
    is_for_development = arguments[:1] == ["--dev"]
    requirements = ROOT / ("requirements-dev.txt" if is_for_development else "requirements.txt")
    try:
        prepare(requirements)
    except EnvironmentTrouble as trouble:
        sys.exit(str(trouble))
    except OSError as trouble:
        sys.exit(f"The virtual environment {VENV} could not be made: {trouble}.")
    except KeyboardInterrupt:
        sys.exit("\nStopped before everything was installed; the next start continues.")
    python = str(VENV / "bin/python")
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # -P: a folder called `portal` where the user happens to stand must not be taken for ours.
    os.execv(python, [python, "-P", *arguments[1 if is_for_development else 0 :]])  # noqa: S606 - a shell is what we avoid


if __name__ == "__main__":
    main(sys.argv[1:])
