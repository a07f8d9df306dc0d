"""Ctrl-C and polite signals: the first one ends the build in order, a second one at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from builds.builder.lease import Lease
from builds.builder.portal import Portal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible(lease: Lease, portal: Portal) -> Iterator[None]:
    """While a build runs, a signal stops its command and lets the end be reported; another one gives up on that too.

    Outside of the main thread signals are somebody else's, and nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if lease.is_interrupted.is_set():
            signal.default_int_handler(number, frame)
        lease.is_interrupted.set()
        portal.hurry()

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
