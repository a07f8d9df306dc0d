"""`python -m builds.builder build DIR --app NAME --stack S`: exit status 0 only when the build succeeded."""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from builds.builder.build import build_app
from builds.builder.buildpack import run_buildpack
from builds.builder.command_line import read_command_line
from builds.builder.failures import BuildLost, NotBuildable
from builds.builder.interruption import SIGNALS
from builds.builder.order import WorkOrder
from builds.builder.portal import Portal, PortalAway
from builds.builder.terminal import Terminal
from builds.builder.work import work
from builds.domain.statuses import BuildStatus
from versions.domain.refusals import Refusal

_TOKEN_DESCRIPTOR = "PORTAL_TOKEN_DESCRIPTOR"  # noqa: S105  the name of a variable that holds a number
_PR_SET_DUMPABLE = 4
_NOT_BUILT = 1
_NOT_BEGUN = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str], token: str) -> int:
    """Runs one command and answers the exit status: 0 built, 1 not built, 2 not begun, 130 interrupted."""
    terminal = Terminal()
    try:
        command = read_command_line(arguments, os.environ, token)
        with Portal(command.portal_url, command.token) as portal:
            if isinstance(command.order, WorkOrder):
                return work(command.order, portal, terminal)
            if command.buildpack is not None:
                status = run_buildpack(command.buildpack, command.order, portal, terminal)
            else:
                status = build_app(command.order, portal, terminal)
    except NotBuildable as error:
        return _sentence(str(error), _NOT_BEGUN)
    except Refusal as refusal:
        return _sentence(f"The builder cannot begin: {refusal}.", _NOT_BEGUN)
    except BuildLost as error:
        return _sentence(f"The build is not this builder's any more. {error}".strip(), _NOT_BUILT)
    except PortalAway as error:
        return _sentence(f"The portal stayed away, so the build's end is not reported there: {error}.", _NOT_BUILT)
    except KeyboardInterrupt:
        return _sentence("Stopped.", _INTERRUPTED)
    return 0 if status is BuildStatus.SUCCEEDED else _NOT_BUILT


def take_token() -> str:
    """The token, out of reach of what this process starts.

    A process's first environment can be read by others of the same user as long as it lives, so a builder that was
    given its token there starts itself again without it and takes it from a descriptor.
    """
    descriptor = os.environ.pop(_TOKEN_DESCRIPTOR, "")
    if descriptor.isdigit():
        with os.fdopen(int(descriptor), "rb") as file:
            token = file.read().decode(errors="replace")
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)  # nor can its memory be read
        return token
    token = os.environ.pop("PORTAL_TOKEN", "")
    if not token:
        return ""
    return _start_again(token)


def _start_again(token: str) -> NoReturn:
    """The same interpreter with the same arguments in the same process, the token in a pipe."""
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    with os.fdopen(writing, "wb") as file:
        file.write(os.fsencode(token)[:4096])  # a pipe holds that much without a reader
    environment = {**os.environ, _TOKEN_DESCRIPTOR: str(reading)}
    arguments = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, arguments, environment)  # noqa: S606


def _sentence(text: str, status: int) -> int:
    sys.stderr.write(f" !     {text}\n")
    return status


if __name__ == "__main__":
    for number in SIGNALS:
        signal.signal(number, signal.default_int_handler)
    try:
        given = take_token()
        sys.exit(main(sys.argv[1:], given))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
