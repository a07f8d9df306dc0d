"""The app's own scripts `bin/pre_compile` and `bin/post_compile`."""

import os
import shlex
import stat
from pathlib import Path

from builds.builder.failures import BuildFailure
from builds.builder.step_log import StepLog
from builds.builder.workshop import Workshop
from builds.domain.hooks import HOOK_LIMIT_SECONDS
from builds.domain.statuses import StepName

_LONGEST_FIRST_LINE = 512
_DEFAULT_INTERPRETER = "bash"  # what hooks without an interpreter line are written for

NOT_PRESENT = "not present"
NOT_A_FILE = "not a file of the app"


def hook_path(name: StepName) -> str:
    """Where the app keeps the hook, relative to its root."""
    return f"bin/{name}"


def skip_reason(app: Path, name: StepName) -> str | None:
    """Why the hook cannot run; None when it can. A link counts when it leads to a file of the app."""
    hook = app / hook_path(name)
    if not os.path.lexists(hook):
        return NOT_PRESENT
    target = _followed(hook)
    return None if target.is_relative_to(_followed(app)) and target.is_file() else NOT_A_FILE


def run_hook(name: StepName, workshop: Workshop, log: StepLog) -> None:
    """Runs the hook whether it is executable or not. Raises BuildFailure `hooks::…` when it does not end with 0."""
    log.exit_code = workshop.run(hook_command(workshop.app, name), log.output, timeout_seconds=HOOK_LIMIT_SECONDS)
    if log.exit_code:
        raise BuildFailure(f"hooks::{name}", f"exit status {log.exit_code}")


def hook_command(app: Path, name: StepName) -> list[str]:
    """The hook by the interpreter that its first line names, as the kernel would start it; else by bash."""
    path = hook_path(name)
    with os.fdopen(os.open(_followed(app / path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as hook:
        is_executable = bool(os.fstat(hook.fileno()).st_mode & stat.S_IXUSR)
        first_line = hook.readline(_LONGEST_FIRST_LINE)
    if first_line.startswith(b"\x7fELF") and is_executable:
        return [f"./{path}"]
    if not first_line.startswith(b"#!"):
        return [_DEFAULT_INTERPRETER, path]
    # Files saved on Windows end their lines with \r, which the kernel takes for part of the interpreter's name.
    interpreter, _, argument = first_line[2:].strip().decode("utf-8", "surrogateescape").partition(" ")
    if not interpreter:
        return [_DEFAULT_INTERPRETER, path]
    return [interpreter, *([argument.strip()] if argument.strip() else []), path]


def shown_command(command: list[str]) -> str:
    return shlex.join(command)


def _followed(path: Path) -> Path:
    """Where links lead; unlike `Path.resolve` it has an answer for links that lead in a circle."""
    return Path(os.path.realpath(path))
