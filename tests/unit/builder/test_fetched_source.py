"""The source of a queued build: fetched, compared, unpacked; whatever is wrong with it fails the build with a code."""

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from builds.builder.failures import BuildCancelled, BuildFailure
from builds.builder.fetched_source import SourceFetcher
from builds.builder.portal import Portal
from tests.unit.builder.stand_in import Answer, Request, always, stand_in


def packed(*members: tarfile.TarInfo, **files: bytes) -> bytes:
    """A .tar.gz of these files (`__` for a slash) below the folder `app`, and these members."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"app/{name.replace('__', '/')}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for member in members:
            tar.addfile(member)
    return target.getvalue()


def member(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


GOOD = packed(requirements_txt=b"", install__bin__x=b"kept", other__y=b"too")


def fetched(folder: Path, source: dict[str, str], url: str, hosts: tuple[str, ...] = ()) -> list[str]:
    said: list[str] = []
    with Portal(url, "secret") as portal:
        SourceFetcher(source, folder, portal, hosts=hosts, check=lambda: None).bring(said.append)
    return said


def test_from_the_portal(tmp_path: Path) -> None:
    sha256 = hashlib.sha256(GOOD).hexdigest()
    with stand_in(always(Answer(body=GOOD))) as server:
        said = fetched(tmp_path, {"sha256": sha256}, server.url)
        (request,) = server.requests
    assert (request.path, request.headers["authorization"]) == (f"/api/v1/sources/{sha256}", "Bearer secret")
    assert said[-1] == "3 files and folders, 7 bytes"
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert found == ["app/install/bin/x", "app/other/y", "app/requirements_txt"]


def test_from_an_address_without_our_token(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/a.tgz":
            return Answer(status=302, headers={"Location": "/b.tgz"})
        return Answer(body=GOOD)

    with stand_in(answer) as server:
        fetched(tmp_path, {"url": f"{server.url}/a.tgz"}, "http://127.0.0.1:9", (server.url,))
        assert all("authorization" not in request.headers for request in server.requests)
    assert (tmp_path / "app/install/bin/x").read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("source", "body", "code"),
    [
        ({}, GOOD, "fetch-source::download"),
        ({"sha256": "0" * 64}, GOOD, "fetch-source::hash-mismatch"),
        ({"url": "{server}/x", "sha256": "0" * 64}, GOOD, "fetch-source::hash-mismatch"),
        ({"url": "{server}/missing"}, GOOD, "fetch-source::download"),
        ({"url": "http://127.0.0.1:1/x"}, GOOD, "fetch-source::download"),
        ({"url": "file:///etc/passwd"}, GOOD, "fetch-source::download"),
        ({"url": "{server}/loop"}, GOOD, "fetch-source::download"),
        ({"url": "{server}/x"}, b"", "fetch-source::unusable"),
        ({"url": "{server}/x"}, b"PK\3\4 a zip", "fetch-source::unusable"),
        ({"url": "{server}/x"}, GOOD[:-20], "fetch-source::unusable"),
        ({"url": "{server}/x"}, packed(member("../x", tarfile.REGTYPE)), "fetch-source::unusable"),
        ({"url": "{server}/x"}, packed(member("/x", tarfile.REGTYPE)), "fetch-source::unusable"),
        ({"url": "{server}/x"}, packed(member("app/x", tarfile.SYMTYPE, "/etc/passwd")), "fetch-source::unusable"),
        ({"url": "{server}/x"}, packed(member("app/x", tarfile.SYMTYPE, "../../x")), "fetch-source::unusable"),
        ({"url": "{server}/x"}, packed(member("app/x", tarfile.CHRTYPE)), "fetch-source::unusable"),
        ({"url": "{server}/x"}, packed(member("app/x", tarfile.FIFOTYPE)), "fetch-source::unusable"),
    ],
)  # fmt: skip
def test_what_is_wrong_fails_the_build(source: dict[str, str], body: bytes, code: str, tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/missing":
            return Answer(status=404)
        if request.path == "/loop":
            return Answer(status=302, headers={"Location": "http://127.0.0.1:1/"})
        return Answer(body=body)

    with stand_in(answer) as server:
        named = {name: value.replace("{server}", server.url) for name, value in source.items()}
        with pytest.raises(BuildFailure) as told:
            fetched(tmp_path, named, server.url, (server.url,))
    assert told.value.code == code
    assert told.value.detail
    assert not (tmp_path / "app").exists()


def test_a_cancelled_build_stops_fetching(tmp_path: Path) -> None:
    def check() -> None:
        raise BuildCancelled

    with stand_in(always(Answer(body=GOOD))) as server, Portal(server.url, "secret") as portal:
        fetcher = SourceFetcher({"url": f"{server.url}/x"}, tmp_path, portal, hosts=(server.url,), check=check)
        with pytest.raises(BuildCancelled):
            fetcher.bring(print)
