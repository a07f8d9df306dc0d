"""What bin/run shows while it works: one line for each stage, with the seconds that it took."""

import contextlib
import sys
import time
from collections.abc import Iterator


def say(text: str = "") -> None:
    """One line on the terminal, at once even when the output is a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def stage(title: str) -> Iterator[None]:
    """Announces what is being done before it starts, so that a slow machine never looks like a hung one."""
    started = time.monotonic()
    sys.stdout.write(f"  {title} ... ")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        say("stopped")
        raise
    say(f"{time.monotonic() - started:.1f} s")
