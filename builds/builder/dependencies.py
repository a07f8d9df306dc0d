"""Installs what the app depends on, by the commands that detection answered with."""

import shlex
from collections.abc import Sequence

from builds.builder.failures import BuildFailure
from builds.builder.step_log import StepLog
from builds.builder.workshop import PYTHON_FOLDER, Workshop

_TIMEOUT_SECONDS = 30 * 60.0
# Output for a log, not for a person who types: no bars, no colours, no questions. No cache, since builds share nothing;
# as an option, because pip of 2018 crashes when the environment says so.
_PIP_OPTIONS = ("--progress-bar", "off", "--no-color", "--no-input", "--no-cache-dir", "--disable-pip-version-check")


def install_dependencies(commands: Sequence[Sequence[str]], manager: str, workshop: Workshop, log: StepLog) -> None:
    """Runs each command with the installed interpreter.

    Raises BuildFailure `install-dependencies::pip`, or `install-dependencies::unsupported-manager` before anything ran.
    """
    if not all(is_pip(command) for command in commands):
        raise BuildFailure("install-dependencies::unsupported-manager", manager)
    for command in commands:
        if len(commands) > 1:
            log.say(f"$ {shlex.join(command)}")
        log.exit_code = workshop.run(
            [f"{workshop.root}/{PYTHON_FOLDER}/bin/python", "-m", "pip", *command[1:], *_PIP_OPTIONS],
            log.output,
            timeout_seconds=_TIMEOUT_SECONDS,
        )
        if log.exit_code:
            raise BuildFailure("install-dependencies::pip", f"exit status {log.exit_code}")


def is_pip(command: Sequence[str]) -> bool:
    return bool(command) and command[0] == "pip"
