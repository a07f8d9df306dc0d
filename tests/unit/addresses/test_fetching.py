"""The address guard: what may be fetched, where a connection goes, and what is cut off."""

import hashlib
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from versions.addresses.fetching import Fetched, FetchLimits, fetch
from versions.addresses.origins import AllowedOrigins, vetted_target
from versions.domain.refusals import Refusal

ALLOWED = AllowedOrigins.of(["files.example.org", "*.cdn.example.org"])
BODY = bytes(range(256)) * 1000


def public(_host: str, _port: int) -> list[str]:
    return ["93.184.216.34"]


def refused(url: str, *addresses: str) -> Refusal:
    with pytest.raises(Refusal) as raised:
        vetted_target(url, ALLOWED, resolver=lambda _host, _port: list(addresses) or ["93.184.216.34"])
    return raised.value


class TestVetting:
    def test_a_listed_host_is_connected_to_where_it_was_looked_up(self) -> None:
        target = vetted_target("https://files.example.org/a/b?c=d", ALLOWED, resolver=public)
        assert target == ("https", "files.example.org", 443, "/a/b?c=d", "93.184.216.34")

    def test_a_wildcard_is_for_hosts_below_it(self) -> None:
        assert vetted_target("https://eu.cdn.example.org/", ALLOWED, resolver=public).host == "eu.cdn.example.org"
        assert refused("https://cdn.example.org/").code == "address::not-allowed"

    @pytest.mark.parametrize(
        "url",
        [
            "http://files.example.org/",
            "https://files.example.org:8443/",
            "https://other.example.org/",
            "ftp://a/",
            "",
            "https://user:word@files.example.org/",
            "https://files.example.org.evil.org/",
            "https:///a",
            "file:///etc/passwd",
            "https://files.example.org@evil.org/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://files.example.org/\r\nX: y",
            "https://files.example.org:99999/",
            "https://[",
            "https://f\u0131les.example.org/",
            "https://a/" + "x" * 3000,
        ],
    )
    def test_addresses_that_are_never_fetched(self, url: str) -> None:
        assert refused(url).code == "address::not-allowed"

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.9.9",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "fe80::1%eth0",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::1",
            "ff02::1",
        ],
    )
    def test_a_listed_host_that_leads_inside(self, address: str) -> None:
        assert refused("https://files.example.org/", address).code == "address::not-allowed"
        assert refused("https://files.example.org/", "93.184.216.34", address).code == "address::not-allowed"

    def test_a_host_that_nobody_knows(self) -> None:
        def unknown(_host: str, _port: int) -> list[str]:
            raise socket.gaierror

        with pytest.raises(Refusal, match="address::unreachable"):
            vetted_target("https://files.example.org/", ALLOWED, resolver=unknown)


class Server(BaseHTTPRequestHandler):
    """Answers by path; what it was asked is kept."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        kind, _slash, rest = self.path[1:].partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.end_headers()
        elif kind == "missing":
            self.send_error(404)
        else:
            self.send_response(200)
            if kind != "endless":
                self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:1000] if kind == "broken" else BODY)

    def log_message(self, *args: object) -> None:
        """Tests are read by their failures."""


@pytest.fixture
def origin() -> Iterator[str]:
    Server.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetched(origin: str, path: str, *, max_bytes: int = 10**6, redirects: int = 3) -> tuple[Fetched, bytes]:
    got = bytearray()
    limits = FetchLimits(max_bytes, redirects=redirects)
    return fetch(f"{origin}{path}", AllowedOrigins.of([origin]), limits, got.extend), bytes(got)


class TestFetching:
    def test_hashes_what_it_hands_on(self, origin: str) -> None:
        found, got = fetched(origin, "/file")
        assert got == BODY
        assert (found.sha256, found.size) == (hashlib.sha256(BODY).hexdigest(), len(BODY))

    def test_follows_redirects(self, origin: str) -> None:
        assert fetched(origin, "/to//file")[1] == BODY

    @pytest.mark.parametrize(
        "target", ["http://169.254.169.254/latest/", "http://localhost:1/", "file:///etc/passwd", "https://[::1]/"]
    )
    def test_vets_every_redirect(self, origin: str, target: str) -> None:
        with pytest.raises(Refusal, match="address::not-allowed"):
            fetched(origin, f"/to/{target}")
        assert len(Server.asked) == 1

    def test_the_name_is_asked_once(self, origin: str) -> None:
        """A name that leads elsewhere at the second look (rebinding) is never looked at twice."""
        port = int(origin.rpartition(":")[2])
        answers = iter([["127.0.0.1"], ["10.0.0.1"]])
        allowed = AllowedOrigins.of([f"http://files.example.org:{port}"])
        got = bytearray()
        fetch(
            f"http://files.example.org:{port}/file", allowed, FetchLimits(10**6), got.extend,
            resolver=lambda _host, _port: next(answers),
        )  # fmt: skip
        assert bytes(got) == BODY
        assert next(answers) == ["10.0.0.1"]

    def test_a_ring_of_redirects_ends(self, origin: str) -> None:
        with pytest.raises(Refusal, match="address::unreachable"):
            fetched(origin, "/to/" + "/to/" * 10 + "/file", redirects=2)
        assert len(Server.asked) == 3

    @pytest.mark.parametrize("path", ["/file", "/endless"])
    def test_too_many_bytes(self, origin: str, path: str) -> None:
        with pytest.raises(Refusal, match="address::too-large"):
            fetched(origin, path, max_bytes=1000)

    @pytest.mark.parametrize("path", ["/missing", "/broken"])
    def test_what_does_not_come_whole(self, origin: str, path: str) -> None:
        with pytest.raises(Refusal, match="address::unreachable"):
            fetched(origin, path)

    def test_a_server_that_says_nothing(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            with pytest.raises(Refusal, match="address::too-slow"):
                fetch(url, AllowedOrigins.of([url]), FetchLimits(1, idle_seconds=0.05), bytearray().extend)
