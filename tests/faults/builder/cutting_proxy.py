"""Stands between a builder and its portal and cuts connections, as bad networks and restarts do."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_BLOCK = 4096
_SOON = 4 * _BLOCK  # bytes


@dataclass
class Cuts:
    """`url` is where to connect to; `count` says how many connections were cut."""

    url: str
    count: int = 0


@contextmanager
def cutting_proxy(target: str, *, seed: int, shortest: int, longest: int, port: int = 0) -> Iterator[Cuts]:
    """Forwards to the address `target`; each connection is cut after `shortest` to `longest` bytes, some never.

    Until one is cut it is soon.
    """
    chance = random.Random(seed)
    address = urlsplit(target)
    listener = socket.create_server(("127.0.0.1", port))
    cuts = Cuts(f"http://127.0.0.1:{listener.getsockname()[1]}")
    threads: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if cuts.count == 0:  # every seed has something to show, even where others close its connections
                budget: int | None = chance.randint(shortest, max(shortest, min(longest, _SOON)))
            else:
                budget = chance.randint(shortest, longest) if chance.random() < 0.8 else None
            try:
                server = socket.create_connection((address.hostname, address.port))
            except OSError:  # the target is down at the moment, which a client notices as a cut
                client.close()
                continue
            pair = _Pair(client, server, budget, cuts)
            for source, sink in ((client, server), (server, client)):
                thread = threading.Thread(target=pair.carry, args=(source, sink), daemon=True)
                threads.append(thread)
                thread.start()

    acceptor = threading.Thread(target=serve, daemon=True)
    acceptor.start()
    try:
        yield cuts
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join(10)


class _Pair:
    """Two ends of one connection and the bytes that it may carry in all."""

    def __init__(self, client: socket.socket, server: socket.socket, budget: int | None, cuts: Cuts) -> None:
        self._ends = (client, server)
        self._budget = budget
        self._cuts = cuts
        self._lock = threading.Lock()

    def carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_BLOCK):
                allowed, is_spent = self._spend(len(data))
                sink.sendall(data[:allowed])
                if is_spent:
                    break
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _spend(self, wanted: int) -> tuple[int, bool]:
        with self._lock:
            if self._budget is None:
                return wanted, False
            allowed = min(wanted, self._budget)
            self._budget -= allowed
            if self._budget == 0:
                self._cuts.count += 1
            return allowed, self._budget == 0
