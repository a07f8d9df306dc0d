"""Fetches an address to a stream: vetted at every redirect, capped in bytes and time, hashed on the way."""

import hashlib
import http.client
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

from versions.addresses.origins import AllowedOrigins, Resolver, Target, resolved, vetted_target
from versions.domain.refusals import Refusal

CHUNK_BYTES = 256 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`seconds` for all of it, redirects included; `idle_seconds` for each wait on the network."""

    max_bytes: int
    seconds: float = 600
    idle_seconds: float = 30
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the address it came from in the end, its hash, its size in bytes."""

    url: str
    sha256: str
    size: int
    content_type: str


def fetch(
    url: str,
    allowed: AllowedOrigins,
    limits: FetchLimits,
    write: Callable[[bytes], object],
    *,
    resolver: Resolver = resolved,
    tls: ssl.SSLContext | None = None,
) -> Fetched:
    """Hands the body to `write` in pieces. What was written before a Refusal is the caller's to throw away.

    Raises Refusal `address::not-allowed`, `address::unreachable`, `address::too-large` or `address::too-slow`.
    """
    deadline = time.monotonic() + limits.seconds
    for _ in range(limits.redirects + 1):
        target = vetted_target(url, allowed, resolver=resolver)
        connection = _connection(target, min(limits.idle_seconds, limits.seconds), tls)
        try:
            response = _response(connection, target)
            if response.status in _REDIRECTS:
                url = urljoin(url, response.headers.get("Location", ""))
                continue
            if response.status != http.HTTPStatus.OK:
                raise Refusal("address::unreachable", url=url, problem=f"it answered {response.status}")
            return _received(response, url, limits, deadline, write)
        except TimeoutError as error:
            raise Refusal("address::too-slow", url=url) from error
        except (OSError, http.client.HTTPException) as error:
            raise Refusal("address::unreachable", url=url, problem=type(error).__name__) from error
        finally:
            connection.close()
    raise Refusal("address::unreachable", url=url, problem="it leads on and on")


class _PinnedConnection(http.client.HTTPConnection):
    """Connects to the vetted network address, whatever the name resolves to by now."""

    def __init__(self, target: Target, timeout: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target
        self._tls = tls

    def connect(self) -> None:
        plain = socket.create_connection((self._target.ip, self._target.port), self.timeout)
        if self._target.scheme != "https":
            self.sock = plain
            return
        context = self._tls or ssl.create_default_context()
        try:
            self.sock = context.wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise


def _connection(target: Target, timeout: float, tls: ssl.SSLContext | None) -> _PinnedConnection:
    return _PinnedConnection(target, timeout, tls)


def _response(connection: _PinnedConnection, target: Target) -> http.client.HTTPResponse:
    # As stored, not compressed on the way: what is hashed is what was published.
    connection.request("GET", target.path, headers={"Accept-Encoding": "identity", "User-Agent": "runtime-portal"})
    return connection.getresponse()


def _received(
    response: http.client.HTTPResponse,
    url: str,
    limits: FetchLimits,
    deadline: float,
    write: Callable[[bytes], object],
) -> Fetched:
    announced = response.length
    if announced is not None and announced > limits.max_bytes:
        raise Refusal("address::too-large", url=url, limit_bytes=limits.max_bytes)
    digest, size = hashlib.sha256(), 0
    while chunk := response.read1(CHUNK_BYTES):
        size += len(chunk)
        if size > limits.max_bytes:
            raise Refusal("address::too-large", url=url, limit_bytes=limits.max_bytes)
        if time.monotonic() > deadline:
            raise Refusal("address::too-slow", url=url)
        digest.update(chunk)
        write(chunk)
    if announced is not None and size != announced:
        raise Refusal("address::unreachable", url=url, problem="it broke off")
    return Fetched(url, digest.hexdigest(), size, response.headers.get_content_type())
