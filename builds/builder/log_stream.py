"""Carries a step's output to the portal while it is being printed.

Bytes go to a spool file first and from there to the portal, in order, by a thread of their own: a portal that is slow
or away never holds up the build, and nothing that was printed is lost while this process lives.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal

_BATCH_BYTES = 64 * 1024
_BATCH_SECONDS = 1.0
_LARGEST_REQUEST = 1024**2
_SMALLEST_REQUEST = 8 * 1024  # over a network that never lets more through at once
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 10.0


class LogStream:
    """One step's log. Write to it, then close it; `is_complete` says whether the portal has acknowledged all of it.

    Nothing is sent before `begins_after` is set, so that steps come to the portal in their order.
    """

    def __init__(
        self,
        portal: Portal,
        hold: Hold,
        step: str,
        spool: Path,
        on_lost: Callable[[str], None],
        *,
        begins_after: threading.Event | None = None,
    ) -> None:
        self._portal = portal
        self._hold = hold
        self._step = step
        self._on_lost = on_lost
        self._begins_after = begins_after
        self._spool = spool
        self._file = spool.open("wb", buffering=0)
        self._sha256 = hashlib.sha256()
        self._changed = threading.Condition()
        self._size = 0
        self._sent = 0
        self._request_bytes = _LARGEST_REQUEST
        self._is_closed = False
        self._is_given_up = False
        self._thread = threading.Thread(target=self._carry, name=f"log of {step}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def summary(self) -> dict[str, object]:
        """What the end of the build announces: size in bytes and sha256 of everything written."""
        return {"size": self._size, "sha256": self._sha256.hexdigest()}

    @property
    def is_complete(self) -> bool:
        return self._sent >= self._size

    def write(self, data: bytes) -> None:
        """Never waits for the portal. Raises OSError when the disk of the builder is full."""
        if not data:
            return
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        with self._changed:
            self._sha256.update(data)
            self._size += len(data)
            self._changed.notify()

    def close(self) -> None:
        """No more output; what is still here goes out on its own."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._file.close()

    def wait(self, seconds: float) -> bool:
        """Waits for the rest to arrive; whether it did."""
        self._thread.join(seconds)
        return self.is_complete

    def give_up(self) -> None:
        """Stops sending, for a build that is no longer ours."""
        with self._changed:
            self._is_given_up = self._is_closed = True
            self._changed.notify()

    def _carry(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        is_offset_known = True
        while self._begins_after is not None and not self._begins_after.wait(_FIRST_PAUSE_SECONDS):
            if self._is_given_up:
                return
        while self._wait_for_batch():
            try:
                if is_offset_known:
                    self._sent = self._portal.append_log(self._hold, self._step, self._sent, self._next_bytes())
                else:
                    self._sent = self._portal.append_log(self._hold, self._step, 0, b"")
                is_offset_known, pause = self._sent <= self._size, _FIRST_PAUSE_SECONDS
                self._request_bytes = min(self._request_bytes * 2, _LARGEST_REQUEST)
            except PortalAway:
                # The bytes may have arrived although the answer did not, so the portal is asked where to go on.
                is_offset_known = False
                self._request_bytes = max(self._request_bytes // 4, _SMALLEST_REQUEST)
                with self._changed:
                    self._changed.wait_for(lambda: self._is_given_up, pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            except PortalRefusal as refusal:
                self._on_lost(str(refusal))
                return

    def _wait_for_batch(self) -> bool:
        """Waits until there is enough to send, or long enough was waited, or all is said. False: nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._size > self._sent or self._is_closed)
            deadline = time.monotonic() + _BATCH_SECONDS
            self._changed.wait_for(
                lambda: self._is_closed or self._size - self._sent >= _BATCH_BYTES, deadline - time.monotonic()
            )
            return not self._is_given_up and (self._size > self._sent or not self._is_closed)

    def _next_bytes(self) -> bytes:
        with self._spool.open("rb") as file:
            file.seek(self._sent)
            return file.read(min(self._size - self._sent, self._request_bytes))
