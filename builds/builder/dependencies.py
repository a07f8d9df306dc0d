"""Installs what the app depends on, by the commands that detection answered with."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from builds.builder.failures import BuildFailure
from builds.builder.installers import prepare_installer
from builds.builder.step_log import StepLog
from builds.builder.workshop import Workshop
from builds.domain.package_managers import PackageManager
from versions.domain.version import Version

_TIMEOUT_SECONDS = 30 * 60.0


def install_dependencies(detection: Mapping[str, Any], workshop: Workshop, log: StepLog) -> str:
    """Runs the commands of a detection's answer with the installed interpreter.

    Answers the version of the package manager. Raises BuildFailure `install-dependencies::…`,
    `install-package-manager::…`, or `install-dependencies::unsupported-manager` before anything ran.
    """
    commands: Sequence[Sequence[str]] = detection["install_commands"]
    manager = _manager(str(detection["package_manager"]), commands)
    python = Version.parse(str(detection["release"]["version"]))
    assert python is not None  # it has just been started and has said so
    installer = prepare_installer(manager, detection.get("package_manager_version"), python, workshop, log)
    for command in commands:
        if len(commands) > 1:
            log.say(f"$ {shlex.join(command)}")
        log.exit_code = workshop.run(
            [*installer.program, *command[1:], *installer.options],
            log.output,
            timeout_seconds=_TIMEOUT_SECONDS,
            environment=installer.environment,
        )
        if log.exit_code:
            raise BuildFailure(f"install-dependencies::{manager}", f"exit status {log.exit_code}")
    return installer.version


def _manager(name: str, commands: Sequence[Sequence[str]]) -> PackageManager:
    """The manager, when this builder knows it and the commands are its own."""
    if name not in set(PackageManager) or not all(command[:1] == [name] for command in commands):
        raise BuildFailure("install-dependencies::unsupported-manager", name)
    return PackageManager(name)
