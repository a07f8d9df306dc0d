"""Who is behind a write. The triggers that fill the event tables copy this beside every change.

Triggers see every path to a table, the shell included; what they can't see is the person. Whoever starts a unit of
work (a request, a command) therefore opens `audited` around it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory


@contextmanager
def audited(*, who: str, address: str = "", path: str = "") -> Iterator[None]:
    """Every audited write inside carries these facts. `address` is an IP address, `path` a URL path or a command."""
    with pghistory.context(who=who, address=address, path=path):
        yield


def name_writer(who: str) -> None:
    """Correct the name once a request has proved who it is; without an open `audited` this does nothing."""
    pghistory.context(who=who)
