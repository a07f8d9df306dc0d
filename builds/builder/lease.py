"""Keeps a build ours while it runs, and learns when it no longer is or when staff want it ended."""

import threading
from types import TracebackType
from typing import Self

from builds.builder.failures import BuildCancelled, BuildLost, Interrupted
from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal

_BEATS_A_LEASE = 3  # two may be lost on the way before the lease is
_LAST_BEAT_SECONDS = 5.0  # for a beat on its way when the build ends
_LONGEST_BEAT_SECONDS = 5.0  # how long a cancellation may go unnoticed


class Lease:
    """A thread that sends heartbeats. `check` is asked by whatever takes long, and raises when it has to stop."""

    def __init__(self, portal: Portal, hold: Hold) -> None:
        self._portal = portal
        self._hold = hold
        self._stopping = threading.Event()
        self._loss = ""
        self.is_cancelled = threading.Event()
        self.is_interrupted = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopping.set()
        self._thread.join(_LAST_BEAT_SECONDS)

    def lose(self, reason: str) -> None:
        """From now on the build is not ours; also called by the threads that carry logs."""
        self._loss = reason or "it was taken away"

    def check(self) -> None:
        """Raises BuildLost, BuildCancelled or Interrupted when the build has to stop."""
        if self._loss:
            raise BuildLost(self._loss)
        if self.is_interrupted.is_set():
            raise Interrupted
        if self.is_cancelled.is_set():
            raise BuildCancelled

    def _beat(self) -> None:
        lease_seconds = self._hold.lease_seconds
        while not self._stopping.wait(min(lease_seconds / _BEATS_A_LEASE, _LONGEST_BEAT_SECONDS)):
            try:
                pulse = self._portal.send_heartbeat(self._hold)
            except PortalAway:
                continue  # the lease may outlast the trouble; if not, the next answer says so
            except PortalRefusal as refusal:
                self.lose(str(refusal))
                return
            lease_seconds = pulse.lease_seconds
            if pulse.is_cancel_requested:
                self.is_cancelled.set()
