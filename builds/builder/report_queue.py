"""Sends what a builder reports of its steps, in order and behind the build's back.

A portal that is away does not hold up the build: reports wait here as output waits in its spool, and follow when it is
back.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from builds.builder.portal import PortalAway, PortalRefusal

_LOST = frozenset({"build::over", "build::fence-stale"})


class ReportQueue:
    """`on_lost` is told when the portal says that the build is no longer ours.

    Any other refusal or trouble is raised by whichever call comes next: nobody foresaw it, and the build has to end.
    """

    def __init__(self, on_lost: Callable[[str], None]) -> None:
        self._on_lost = on_lost
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Callable[[], None], threading.Event]] = deque()
        self._is_sending = False
        self._is_given_up = False
        self._trouble: Exception | None = None

    def put(self, send: Callable[[], None]) -> threading.Event:
        """Has `send` called after all that was put before; the event is set when that is done."""
        self._raise_trouble()
        is_sent = threading.Event()
        with self._changed:
            self._waiting.append((send, is_sent))
        self._begin()
        return is_sent

    def wait(self, seconds: float) -> bool:
        """Waits until all is sent; whether it is."""
        deadline = time.monotonic() + seconds
        while True:
            self._raise_trouble()
            self._begin()
            with self._changed:
                left = deadline - time.monotonic()
                if not self._waiting or self._is_given_up or left <= 0:
                    return not self._waiting
                self._changed.wait_for(lambda: not self._is_sending, left)

    def give_up(self) -> None:
        """Sends nothing more, for a build that is no longer ours."""
        with self._changed:
            self._is_given_up = True

    def _raise_trouble(self) -> None:
        if self._trouble is not None:
            raise self._trouble

    def _begin(self) -> None:
        with self._changed:
            if self._is_sending or self._is_given_up or not self._waiting:
                return
            self._is_sending = True
        threading.Thread(target=self._send_all, name="reports", daemon=True).start()

    def _send_all(self) -> None:
        """Until nothing is left, or the portal stayed away for as long as its client is patient."""
        try:
            while self._send_next():
                pass
        except PortalAway:
            self._stop()  # what waits goes on waiting; the next call tries again
        except Exception as error:  # noqa: BLE001  it is raised where the build can end with it
            self.give_up()
            if isinstance(error, PortalRefusal) and error.code in _LOST:
                self._on_lost(str(error))
            else:
                self._trouble = error
            self._stop()

    def _stop(self) -> None:
        with self._changed:
            self._is_sending = False
            self._changed.notify_all()

    def _send_next(self) -> bool:
        """Whether there was anything to send. The last look and the end of sending are one step."""
        with self._changed:
            if not self._waiting or self._is_given_up:
                self._is_sending = False
                self._changed.notify_all()
                return False
            send, is_sent = self._waiting[0]
        send()
        with self._changed:
            self._waiting.popleft()
        is_sent.set()
        return True
