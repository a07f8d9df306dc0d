"""Where one build's commands run: the app's folder, its environment, and the walls around them."""

import os
import select
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from builds.builder.failures import BuildFailure
from builds.builder.order import Confinement, Order
from versions.archives.sandbox import Limits, Mount, Room, kill_tree, start, start_unconfined
from versions.archives.slots import Slot

PYTHON_FOLDER = ".scalingo/python"
_LOOK_SECONDS = 0.2  # how soon a time-out, a cancellation or Ctrl-C is noticed
_READ_BYTES = 64 * 1024
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# How installers reach the outside world here; the builder's other variables stay with the builder.
_INHERITED = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "PIP_CERT",
    "PIP_DEFAULT_TIMEOUT",
    "PIPENV_PYPI_MIRROR",
    "UV_DEFAULT_INDEX",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)

NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


class Workshop:
    """`folder` belongs to the build's user and holds the app in `app` and temporary files in `scratch`.

    `check` is called several times a second while a command runs and raises when the build has to stop.
    """

    def __init__(
        self, folder: Path, order: Order, slot: Slot, confinement: Confinement, check: Callable[[], None]
    ) -> None:
        self.app = folder / "app"
        self.confinement = confinement
        self._scratch = folder / "scratch"
        self._order = order
        self._slot = slot
        self._check = check

    @property
    def python(self) -> Path:
        """The folder of the installed interpreter, on the host."""
        return self.app / PYTHON_FOLDER

    @property
    def root(self) -> str:
        """The app's folder as its commands see it."""
        return "/app" if self.confinement.is_sandboxed else str(self.app)

    @property
    def scratch(self) -> str:
        """A folder for temporary files as the commands see it; unlike the app's, it is not kept."""
        return "/scratch" if self.confinement.is_sandboxed else str(self._scratch)

    def hand_over(self) -> None:
        """Makes the folders belong to the user that the commands run as."""
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        self._slot.give(self.app)
        self._slot.give(self._scratch)

    def give(self, path: Path) -> None:
        self._slot.give(path)

    def run(
        self,
        command: Sequence[str],
        output: Callable[[bytes], None],
        *,
        timeout_seconds: float,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> int:
        """Runs the command to its end, passes on what it prints, and answers its exit status (128 + N for signal N).

        Everything it started has ended when this returns. Raises BuildFailure `builder::time-out`, and whatever
        `check` raises, with the whole process tree killed.
        """
        status = self.run_until(command, output, _never, timeout_seconds=timeout_seconds, environment=environment)
        assert status is not None
        return status

    def run_until(
        self,
        command: Sequence[str],
        output: Callable[[bytes], None],
        is_reached: Callable[[], bool],
        *,
        timeout_seconds: float,
        environment: Mapping[str, str] = NOTHING_MORE,
    ) -> int | None:
        """Like `run`, but ends the command, and answers None, as soon as `is_reached` says so.

        `is_reached` is asked several times a second and must not take long.
        """
        begin = start if self.confinement.is_sandboxed else start_unconfined
        process = begin(command, self._room(environment))
        assert process.stdout is not None
        try:
            with process.stdout:
                self._follow(process, process.stdout.fileno(), output, is_reached, time.monotonic() + timeout_seconds)
        except _TimedOut:
            limit = f"{timeout_seconds / 60:g} minutes"
            raise BuildFailure("builder::time-out", f"{' '.join(command)[:100]} ran for more than {limit}") from None
        except _Reached:
            return None
        finally:
            kill_tree(process)
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def _follow(
        self,
        process: subprocess.Popen[bytes],
        pipe: int,
        output: Callable[[bytes], None],
        is_reached: Callable[[], bool],
        deadline: float,
    ) -> None:
        is_open = True
        while is_open or process.poll() is None:
            self._check()
            if is_reached():
                raise _Reached
            if time.monotonic() > deadline:
                raise _TimedOut
            if not is_open:
                time.sleep(_LOOK_SECONDS)
                continue
            ready, _, _ = select.select([pipe], [], [], _LOOK_SECONDS)
            if ready:
                data = os.read(pipe, _READ_BYTES)
                is_open = bool(data)
                output(data)
            elif process.poll() is not None:
                return  # something it left behind still holds the pipe, and is ended by the caller

    def _room(self, more: Mapping[str, str]) -> Room:
        if self.confinement.is_sandboxed:
            mounts = (Mount(self.app, "/app", is_writable=True), Mount(self._scratch, "/scratch", is_writable=True))
            environment = {**self._environment(home="/tmp"), **more}  # noqa: S108  the sandbox's own
            return Room("/app", environment, mounts, uid=self._slot.uid, limits=Limits(), shares_network=True)
        environment = {**self._environment(home=self.scratch), **more}
        # Without user namespaces the process limit counts what the user runs elsewhere on this machine.
        limits = Limits() if self._slot.uid is not None else Limits(processes=4096)
        return Room(str(self.app), environment, uid=self._slot.uid, limits=limits)

    def _environment(self, *, home: str) -> dict[str, str]:
        """The app's own variables first: nothing in them can stand for one of the builder's."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return {
            **inherited,
            **self._order.variables,
            "PATH": f"{self.root}/{PYTHON_FOLDER}/bin:{_SYSTEM_PATH}",
            "HOME": home,
            "TMPDIR": self.scratch,
            "LANG": "C.UTF-8",
            "APP": self._order.app,
            "STACK": self._order.stack,
            "BUILD_DIR": self.root,
            "PYTHONUNBUFFERED": "1",
            "PIP_BREAK_SYSTEM_PACKAGES": "1",  # the interpreter is the app's own, whatever its archive says of it
        }


class _TimedOut(Exception):
    pass


class _Reached(Exception):
    pass


def _never() -> bool:
    return False
