"""The programs that install dependencies: pip comes with the app's Python, the others are brought in beside it.

pipenv, poetry and uv get a virtual environment of their own outside of the app, made with the app's interpreter, so
that none of their packages ends up in the app, and pip itself finds the newest version that this interpreter can run.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from builds.builder.failures import BuildFailure
from builds.builder.step_log import StepLog
from builds.builder.workshop import PYTHON_FOLDER, Workshop
from builds.domain.package_managers import PackageManager
from versions.domain.version import Series, Version

_TIMEOUT_SECONDS = 10 * 60.0
# Output for a log, not for a person who types: no bars, no colours, no questions. No cache, since builds share nothing;
# as an option, because pip of 2018 crashes when the environment says so.
PIP_OPTIONS = ("--progress-bar", "off", "--no-color", "--no-input", "--no-cache-dir", "--disable-pip-version-check")
# What is brought in where the stack's table names no version.
_OWN_CHOICE: Mapping[PackageManager, str] = MappingProxyType(
    {PackageManager.PIPENV: "2026.10.3", PackageManager.POETRY: "2.5.1", PackageManager.UV: "0.13.8"}
)
# The last pip that runs on a series that later ones gave up.
_LAST_PIP: Mapping[Series, str] = MappingProxyType(
    {
        Series(2, 7): "20.3.4",
        Series(3, 4): "19.1.1",
        Series(3, 5): "20.3.4",
        Series(3, 6): "21.3.1",
        Series(3, 7): "24.0",
        Series(3, 8): "25.0.1",
        Series(3, 9): "26.0.1",
    }
)
# The pip that came with these chooses releases that their Python cannot run, and is brought to its last version.
_NEWEST_WITH_UNFIT_PIP = Series(3, 6)
_FIRST_WITH_VENV = Series(3, 3)
_PIP_SAYS = re.compile(rb"pip (\S+) from ")


@dataclass(frozen=True, slots=True)
class Installer:
    """A package manager that is ready to run: what it is started with and as, and which version it is."""

    program: tuple[str, ...]
    version: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def prepare_installer(
    manager: PackageManager, wanted: str | None, python: Version, workshop: Workshop, log: StepLog
) -> Installer:
    """Brings in the package manager at the version that the stack's table names, or at the builder's own choice.

    Where the app's Python cannot run that version, the newest one before it that it can. Raises BuildFailure
    `install-package-manager::…`.
    """
    executable = f"{workshop.root}/{PYTHON_FOLDER}/bin/python"
    if manager is PackageManager.PIP:
        version = _settled_pip(executable, wanted, python.series, workshop, log)
        return Installer((executable, "-m", "pip"), version, PIP_OPTIONS)
    if manager is PackageManager.PIPENV and python.series <= _NEWEST_WITH_UNFIT_PIP:
        _settled_pip(executable, None, python.series, workshop, log)  # pipenv of that time calls the app's pip
    folder = f"{workshop.scratch}/installer"
    version = _brought_in(manager, wanted or _OWN_CHOICE[manager], folder, python.series, workshop, log)
    log.say(f"Using {manager} {version}")
    match manager:
        case PackageManager.PIPENV:
            _pass_for_an_environment(workshop)
            environment = {**_pipenv_environment(workshop), **_old_environment(workshop, python.series)}
            return Installer((f"{folder}/bin/python", "-m", "pipenv"), version, (), environment)
        case PackageManager.POETRY:
            options = ("--no-ansi", "--no-interaction")
            return Installer((f"{folder}/bin/poetry",), version, options, _poetry_environment(workshop))
        case PackageManager.UV:
            return Installer((f"{folder}/bin/uv",), version, (), _uv_environment(workshop))


def _settled_pip(executable: str, wanted: str | None, series: Series, workshop: Workshop, log: StepLog) -> str:
    """The version of pip in `executable` after it was brought to what the table names, where it names one."""
    said = bytearray()
    workshop.run([executable, "-m", "pip", "--version"], said.extend, timeout_seconds=_TIMEOUT_SECONDS)
    match = _PIP_SAYS.search(said)
    present = match[1].decode() if match else ""
    last = _LAST_PIP.get(series)
    if wanted and last and _numbers(last) < _numbers(wanted):
        log.say(f"pip {wanted}, which the stack's table names, does not run on Python {series}; {last} does")
    target = min(filter(None, (wanted, last)), key=_numbers) if wanted else last
    if target is None or target == present or not (wanted or series <= _NEWEST_WITH_UNFIT_PIP):
        return present
    said.clear()
    command = [executable, "-m", "pip", "install", *PIP_OPTIONS, f"pip=={target}"]
    if workshop.run(command, said.extend, timeout_seconds=_TIMEOUT_SECONDS) == 0:
        log.say(f"Using pip {target}")
        return target
    if wanted:
        log.output(bytes(said))
        raise BuildFailure("install-package-manager::pip", f"pip {target}")
    log.say(f"pip {target} could not be installed; going on with pip {present}")
    return present


def _brought_in(
    manager: PackageManager, wanted: str, folder: str, series: Series, workshop: Workshop, log: StepLog
) -> str:
    """Makes the virtual environment `folder`, installs the manager into it, and answers its version."""
    said = bytearray()
    commands = [*_environment_commands(folder, series, workshop)]
    if series <= _NEWEST_WITH_UNFIT_PIP:
        commands.append(_install(folder, f"pip=={_LAST_PIP[series]}" if series in _LAST_PIP else "pip"))
    # Later virtualenvs need a compiler on Python 2.7.
    commands.append(_install(folder, f"{manager}<={wanted}", *(["virtualenv<20"] if series < Series(3, 0) else [])))
    for command in commands:
        said.clear()
        more = _old_environment(workshop, series)
        if command[1:3] == ["-m", "virtualenv"]:
            more["PYTHONPATH"] = f"{folder}-maker"
        if workshop.run(command, said.extend, timeout_seconds=_TIMEOUT_SECONDS, environment=more):
            log.output(bytes(said))
            raise BuildFailure(f"install-package-manager::{manager}", f"{manager} {wanted}")
    installed = re.search(rb"Successfully installed.*? %b-([0-9][^\s]*)" % manager.encode(), said)
    version = installed[1].decode() if installed else wanted
    if version != wanted:
        log.say(f"{manager} {wanted} does not run on Python {series}; {version} does")
    return version


def _environment_commands(folder: str, series: Series, workshop: Workshop) -> list[list[str]]:
    """Python 2.7 has no venv; the virtualenv of its time is fetched for it."""
    python = f"{workshop.root}/{PYTHON_FOLDER}/bin/python"
    if series >= _FIRST_WITH_VENV:
        return [[python, "-m", "venv", folder]]
    fetch = [python, "-m", "pip", "install", *PIP_OPTIONS, "--target", f"{folder}-maker", "virtualenv<20"]
    return [fetch, [python, "-m", "virtualenv", "--no-download", folder]]


def _old_environment(workshop: Workshop, series: Series) -> dict[str, str]:
    """Virtualenvs of Python 2.7 hold a copy of the interpreter, which looks for its library beside itself."""
    return {} if series >= _FIRST_WITH_VENV else {"LD_LIBRARY_PATH": f"{workshop.root}/{PYTHON_FOLDER}/lib"}


def _install(folder: str, *requirements: str) -> list[str]:
    return [f"{folder}/bin/python", "-m", "pip", "install", *PIP_OPTIONS, *requirements]


def _pass_for_an_environment(workshop: Workshop) -> None:
    """Makes the app's Python look like an active virtual environment to pipenv, which looks for this one file."""
    path = workshop.python / "bin" / "activate"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o644)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f'# Puts the Python of this app first.\nexport PATH="{workshop.root}/{PYTHON_FOLDER}/bin:$PATH"\n')
    workshop.give(path)


def _pipenv_environment(workshop: Workshop) -> dict[str, str]:
    """Where pipenv installs, and how it prints: whole lines, no colours, nothing that spins."""
    return {
        "VIRTUAL_ENV": f"{workshop.root}/{PYTHON_FOLDER}",
        "PIPENV_CACHE_DIR": f"{workshop.scratch}/installer-cache",
        "PIPENV_YES": "1",
        "PIPENV_NOSPIN": "1",
        "PIPENV_HIDE_EMOJIS": "1",
        "NO_COLOR": "1",
        "COLUMNS": "1000",
    }


def _poetry_environment(workshop: Workshop) -> dict[str, str]:
    return {
        "VIRTUAL_ENV": f"{workshop.root}/{PYTHON_FOLDER}",
        "POETRY_CACHE_DIR": f"{workshop.scratch}/installer-cache",
        "POETRY_INSTALLER_MAX_WORKERS": "4",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",  # nobody is there to unlock another one
    }


def _uv_environment(workshop: Workshop) -> dict[str, str]:
    """uv takes the installed Python for the project's environment. Its threads count against the build's processes."""
    return {
        "UV_PROJECT_ENVIRONMENT": f"{workshop.root}/{PYTHON_FOLDER}",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_MANAGED_PYTHON": "1",
        "UV_NO_CACHE": "1",
        "UV_NO_PROGRESS": "1",
        "UV_CONCURRENT_DOWNLOADS": "4",
        "UV_CONCURRENT_BUILDS": "2",
        "UV_CONCURRENT_INSTALLS": "2",
        "RAYON_NUM_THREADS": "4",
        "TOKIO_WORKER_THREADS": "4",
        "NO_COLOR": "1",
    }


def _numbers(version: str) -> tuple[int, ...]:
    """For comparing versions of tools, which the table writes in digits and dots."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", version))
