"""One step of a build while it runs: its output, its exit status, and the reports around it."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from builds.builder.capping import CappedOutput
from builds.builder.failures import BuildFailure
from builds.builder.log_stream import LogStream
from builds.builder.masking import Masker
from builds.builder.portal import Hold, Portal
from builds.builder.report_queue import ReportQueue
from builds.builder.terminal import Terminal
from builds.domain.statuses import StepStatus


class StepLog:
    """What a step prints: masked, capped, then to the portal and the terminal alike."""

    def __init__(self, stream: LogStream, terminal: Terminal, masker: Masker) -> None:
        self._stream = stream
        self._terminal = terminal
        self._masker = masker
        self._capped = CappedOutput()
        self.exit_code: int | None = None

    def output(self, data: bytes) -> None:
        """Bytes as the command printed them."""
        self._pass_on(self._capped.feed(self._masker.feed(data)))

    def say(self, text: str) -> None:
        """A line of the builder's own."""
        self.output(f"{text}\n".encode("utf-8", "backslashreplace"))

    def finish(self) -> None:
        self._pass_on(self._capped.feed(self._masker.flush()) + self._capped.flush())
        self._terminal.end_output()

    def _pass_on(self, data: bytes) -> None:
        self._stream.write(data)
        self._terminal.output(data)


class Recorder:
    """Reports the steps of one build and keeps their logs until the portal has them."""

    def __init__(
        self,
        portal: Portal,
        hold: Hold,
        terminal: Terminal,
        *,
        spool: Path,
        secrets: tuple[str, ...],
        on_lost: Callable[[str], None],
    ) -> None:
        self._portal = portal
        self._hold = hold
        self._terminal = terminal
        self._spool = spool
        self._secrets = secrets
        self._on_lost = on_lost
        self._streams: dict[str, LogStream] = {}
        self._reports = ReportQueue(on_lost)

    @contextmanager
    def step(self, name: str, title: str, command: str = "") -> Iterator[StepLog]:
        """The time of one step. A BuildFailure inside fails the step; other ends leave it open for the build's end."""
        self._terminal.step(title)
        started_at = _now()
        report: dict[str, object] = {"status": StepStatus.RUNNING, "started_at": started_at, "command": command}
        is_known = self._put_step(name, report)
        spool = self._spool / f"{name}.log"
        stream = LogStream(self._portal, self._hold, name, spool, self._on_lost, begins_after=is_known)
        self._streams[name] = stream
        with stream:
            log = StepLog(stream, self._terminal, Masker(self._secrets))
            status = StepStatus.SUCCEEDED
            try:
                yield log
            except BuildFailure:
                status = StepStatus.FAILED
                raise
            except BaseException:
                status = StepStatus.RUNNING
                raise
            finally:
                log.finish()
                if status is not StepStatus.RUNNING:
                    ended = {"status": status, "finished_at": _now(), "exit_code": log.exit_code}
                    self._put_step(name, report | ended)

    def announce(self, name: str) -> None:
        """A step that is going to run later."""
        self._put_step(name, {"status": StepStatus.PENDING})

    def skip(self, name: str, title: str, reason: str) -> None:
        """A step that does not run says why."""
        self._terminal.step(f"{title}: skipped, {reason}")
        self._put_step(name, {"status": StepStatus.SKIPPED, "skip_reason": reason})

    def put_detection(self, answer: Mapping[str, object]) -> None:
        """The answer that the build uses."""
        self._reports.put(lambda: self._portal.put_detection(self._hold, answer))

    def log_summaries(self) -> dict[str, dict[str, object]]:
        """Size and sha256 of each step's log, as the end of the build announces them."""
        return {name: stream.summary for name, stream in self._streams.items()}

    def wait_for_reports(self, seconds: float) -> bool:
        """Waits until the portal knows all that was reported; whether it does."""
        return self._reports.wait(seconds)

    def wait_for_logs(self, seconds: float) -> bool:
        """Waits until the portal has every byte, `seconds` at most for all logs together; whether it has."""
        deadline = time.monotonic() + seconds
        for stream in self._streams.values():
            stream.wait(max(deadline - time.monotonic(), 0))
        return all(stream.is_complete for stream in self._streams.values())

    def give_up(self) -> None:
        self._reports.give_up()
        for stream in self._streams.values():
            stream.give_up()

    def _put_step(self, name: str, report: Mapping[str, object]) -> threading.Event:
        return self._reports.put(lambda: self._portal.put_step(self._hold, name, report))


def _now() -> str:
    """This machine's clock, for display; the portal trusts it no further than it can be true."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
