"""A small portal with real sockets that does what a test tells it, for what a real portal does too rarely."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LONGEST_WAIT_SECONDS = 300  # for a test that failed before it let the answer go on


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` None closes the connection without an answer."""

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    hangs_up_after: int | None = None  # bytes of the body
    goes_on: threading.Event | None = None  # waited for when half of the body is sent


def always(answer: Answer) -> Callable[[Request], Answer]:
    """The same answer to every request."""
    return in_turn(answer)


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """One answer after the other; the last one for ever."""
    left = list(answers)

    def answer(_request: Request) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


class StandIn:
    """`url` has no slash at its end; `requests` are all that came, in order."""

    def __init__(self, url: str, answer: Callable[[Request], Answer]) -> None:
        self.url = url
        self.requests: list[Request] = []
        self._answer = answer
        self._lock = threading.Lock()

    def take(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            return self._answer(request)


@contextmanager
def stand_in(answer: Callable[[Request], Answer], tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    """A server that answers every request by calling `answer`, one at a time; over TLS where `tls` is given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    portal = StandIn(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}", answer)
    server.portal = portal  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        portal: StandIn = self.server.portal  # type: ignore[attr-defined]
        answer = portal.take(Request(self.command, self.path, headers, body))
        if answer.status is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.hangs_up_after is not None:
            self.wfile.write(answer.body[: answer.hangs_up_after])
            self.close_connection = True
            return
        half = len(answer.body) // 2 if answer.goes_on else 0
        self.wfile.write(answer.body[:half])
        if answer.goes_on:
            answer.goes_on.wait(LONGEST_WAIT_SECONDS)
        self.wfile.write(answer.body[half:])

    do_GET = do_POST = do_PUT = do_PATCH = _handle  # noqa: N815  the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet: the test looks at the requests itself."""
