"""Which addresses may be fetched at all, and to which network address a connection goes."""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from versions.domain.refusals import Refusal

Resolver = Callable[[str, int], list[str]]
_PORTS = {"https": 443, "http": 80}
_LONGEST_ADDRESS = 2000


class Target(NamedTuple):
    """An address taken apart. `ip` is the one that was looked at, and the only one to connect to."""

    scheme: str
    host: str
    port: int
    path: str
    ip: str


@dataclass(frozen=True, slots=True)
class AllowedOrigins:
    """The hosts of an installation's settings.

    A bare host (`github.com`; `*.example.org` for all below it) stands for https on port 443 of a public network
    address. A whole origin (`http://10.0.0.5:8080`) is allowed as written, private networks and plain http included:
    whoever runs the portal vouches for it.
    """

    hosts: frozenset[str]
    origins: frozenset[tuple[str, str, int]]

    @classmethod
    def of(cls, words: Iterable[str]) -> "AllowedOrigins":
        hosts, origins = set(), set()
        for word in words:
            if "://" in word:
                parts = urlsplit(word)
                origins.add((parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)))
            else:
                hosts.add(word.lower())
        return cls(frozenset(hosts), frozenset(origins))

    def names(self, host: str) -> bool:
        return host in self.hosts or any(
            word.startswith("*.") and host.endswith(word[1:]) and host != word[2:] for word in self.hosts
        )


def resolved(host: str, port: int) -> list[str]:
    """Every address that the machine's resolver gives for a host."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def vetted_target(url: str, allowed: AllowedOrigins, *, resolver: Resolver = resolved) -> Target:
    """The one network address to connect to for `url`.

    All addresses of the host have to be fit, or a name with two answers could be asked until the wrong one comes.
    Raises Refusal `address::not-allowed` with the reason, `address::unreachable` when the name has no address.
    """
    scheme, host, port, path = _parts(url)
    is_vouched_for = (scheme, host, port) in allowed.origins
    if not is_vouched_for:
        if scheme != "https":
            raise _refused(url, "only https is fetched")
        if port != _PORTS["https"] or not allowed.names(host):
            raise _refused(url, f"{host} is not among the hosts that this portal may fetch from")
    try:
        found = resolver(host, port)
    except (OSError, UnicodeError) as error:
        raise Refusal("address::unreachable", url=url, problem="its host is not known") from error
    if not found:
        raise Refusal("address::unreachable", url=url, problem="its host has no address")
    for ip in found:
        if not is_vouched_for and not _is_public(ip):
            raise _refused(url, f"{host} leads to {ip}, which is not a public address")
    return Target(scheme, host, port, path, found[0])


def _parts(url: str) -> tuple[str, str, int, str]:
    if len(url) > _LONGEST_ADDRESS or not url.isascii() or any(character <= " " for character in url):
        raise _refused(url, "it is not a web address")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise _refused(url, "it is not a web address") from error
    if scheme not in _PORTS or not host:
        raise _refused(url, "it is not a web address")
    if parts.username is not None or parts.password is not None:
        raise _refused(url, "it holds a user name")
    return scheme, host, port or _PORTS[scheme], (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _is_public(ip: str) -> bool:
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    teredo = getattr(address, "teredo", None)
    if inner is not None:
        return _is_public(str(inner))
    if teredo is not None or address in ipaddress.ip_network("64:ff9b::/96"):
        return False  # an IPv4 address in disguise
    return address.is_global and not address.is_multicast


def _refused(url: str, reason: str) -> Refusal:
    return Refusal("address::not-allowed", url=url, reason=reason)
