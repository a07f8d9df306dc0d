"""Where interpreters come from, as far as the tests are concerned: archives over HTTPS on a port of this machine."""

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.certificates import loopback_tls
from tests.unit.builder.stand_in import Answer, Request, stand_in

CUT_AFTER_BYTES = 100_000


@dataclass
class Upstream:
    """`url` has no slash at its end. `variables` make a process trust it and allow it to be fetched from.

    Beside the archives under their names it serves `/cut/NAME`, which breaks off, `/halting/NAME`, which waits for
    `goes_on` when half is sent, and leads from each of `redirects` to where it says.
    """

    url: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    archives: dict[str, Path] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def sha256(self, name: str) -> str:
        with self.archives[name].open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def answer(self, request: Request) -> Answer:
        if request.path in self.redirects:
            return Answer(302, headers={"Location": self.redirects[request.path]})
        *manner, name = request.path.strip("/").split("/")
        if name not in self.archives:
            return Answer(404)
        body = self.archives[name].read_bytes()
        if manner == ["cut"]:
            return Answer(body=body, hangs_up_after=CUT_AFTER_BYTES)
        return Answer(body=body, goes_on=self.goes_on if manner == ["halting"] else None)


@contextmanager
def serving_upstream(folder: Path, archives: Mapping[str, Path]) -> Iterator[Upstream]:
    """An upstream with these archives under their names; its certificates are kept in `folder`."""
    tls, authority = loopback_tls(folder)
    upstream = Upstream(archives=dict(archives))
    with stand_in(upstream.answer, tls) as server:
        upstream.url = server.url
        upstream.variables = {"FETCH_HOSTS": server.url, "SSL_CERT_FILE": str(authority)}
        yield upstream
        upstream.goes_on.set()
