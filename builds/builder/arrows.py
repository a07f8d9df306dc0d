"""A buildpack's output while it comes in: each arrow ends one step and begins the next."""

from collections.abc import Callable
from contextlib import ExitStack

from builds.builder.failures import BuildFailure
from builds.builder.step_log import Recorder, StepLog
from builds.domain.buildpack_reports.output import PREAMBLE, free_name, step_name

_ARROW = b"-----> "
_LONGEST_TITLE_BYTES = 2_000  # a title without a line break is none


class ArrowSteps:
    """Feed it what the buildpack prints; steps are reported as they begin and end. `end` closes the last one.

    `taken` are the steps that the build has already.
    """

    def __init__(self, recorder: Recorder, *, taken: tuple[str, ...] = ()) -> None:
        self._recorder = recorder
        self._open = ExitStack()
        self._log: StepLog | None = None
        self._name = ""
        self._held = b""
        self._is_line_start = True
        self.names = list(taken)

    def feed(self, data: bytes) -> None:
        for line in (self._held + data).splitlines(keepends=True):
            self._held = b""
            if self._is_line_start and _may_be_arrow(line):
                self._held = line
                continue
            self._pass_on(line)

    def end(self, exit_code: int) -> None:
        """The command has ended; a status other than 0 fails the step that ran last."""
        if self._held:
            held, self._held = self._held, b""
            self._pass_on(held)
        if self._log is None and exit_code:
            self._begin(PREAMBLE, PREAMBLE)
        if self._log is not None:
            self._log.exit_code = exit_code or None
        failure = BuildFailure("buildpack::failed") if exit_code else None
        self._close(failure)

    def abandon(self) -> None:
        """The build has to stop: the open step stays open for the build's end."""
        self._close(KeyboardInterrupt())

    def _pass_on(self, line: bytes) -> None:
        if self._is_line_start and line.startswith(_ARROW):
            title = line[len(_ARROW) :].decode("utf-8", "replace").strip()
            name = step_name(title)
            if name != self._name:
                self._begin(name, title or name)
        elif self._log is None:
            self._begin(PREAMBLE, "Output")
        assert self._log is not None
        self._log.output(line)
        self._is_line_start = line.endswith(b"\n")

    def _begin(self, name: str, title: str) -> None:
        self._close(None)
        self._name = name
        unique = free_name(name, set(self.names))
        self.names.append(unique)
        self._log = self._open.enter_context(self._recorder.step(unique, title[:200]))

    def _close(self, error: BaseException | None) -> None:
        opened, self._open, self._log = self._open, ExitStack(), None
        _leave(opened.__exit__, error)


def _leave(leave: Callable[..., object], error: BaseException | None) -> None:
    """Leaves the step as if `error` had come out of it, which then is nobody's any more."""
    try:
        leave(type(error) if error else None, error, None)
    except BaseException as raised:
        if raised is not error:
            raise


def _may_be_arrow(line: bytes) -> bool:
    """Whether more has to come before it is known what the line is."""
    if line.endswith(b"\n") or len(line) > _LONGEST_TITLE_BYTES:
        return False
    return line.startswith(_ARROW) or _ARROW.startswith(line)
