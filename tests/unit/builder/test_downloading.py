import hashlib
from pathlib import Path

import pytest

from builds.builder.downloading import Wanted, fetch_archive
from builds.builder.failures import BuildCancelled, BuildFailure
from builds.builder.portal import Portal
from tests.unit.builder.stand_in import Answer, Request, always, stand_in

ARCHIVE = b"an interpreter" * 1000
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()
WANTED = Wanted(f"/exports/by-sha256/{SHA256}", SHA256, len(ARCHIVE))


def go_on() -> None:
    """Nothing asks the build to stop."""


def test_an_archive_is_fetched_once(tmp_path: Path) -> None:
    with stand_in(always(Answer(body=ARCHIVE))) as server, Portal(server.url, "token") as portal:
        first, was_there = fetch_archive(WANTED, portal, tmp_path, go_on)
        again, is_there = fetch_archive(WANTED, portal, tmp_path, go_on)
    assert first.read_bytes() == ARCHIVE
    assert (first, was_there, is_there) == (again, False, True)
    assert [request.path for request in server.requests] == [WANTED.address]
    assert server.requests[0].headers["authorization"] == "Bearer token"


def test_a_damaged_file_in_the_cache_is_fetched_anew(tmp_path: Path) -> None:
    (tmp_path / SHA256).write_bytes(ARCHIVE[:-1])
    with stand_in(always(Answer(body=ARCHIVE))) as server, Portal(server.url, "token") as portal:
        kept, _ = fetch_archive(WANTED, portal, tmp_path, go_on)
    assert kept.read_bytes() == ARCHIVE


LIES = {
    "other bytes": (Answer(body=ARCHIVE[:-1] + b"!"), WANTED, "install-python::hash-mismatch"),
    "fewer bytes": (Answer(body=ARCHIVE[:-1]), WANTED, "install-python::hash-mismatch"),
    "more bytes": (Answer(body=ARCHIVE + b"!"), WANTED, "install-python::hash-mismatch"),
    "another size": (Answer(body=ARCHIVE), Wanted(WANTED.address, SHA256, 99999), "install-python::hash-mismatch"),
    "no size, other bytes": (Answer(body=b"x"), Wanted(WANTED.address, SHA256, None), "install-python::hash-mismatch"),
    "not there": (Answer(404), WANTED, "install-python::download"),
    "an error": (Answer(500), WANTED, "install-python::download"),
    "cut short": (Answer(body=ARCHIVE, hangs_up_after=100), WANTED, "install-python::download"),
    "no answer": (Answer(None), WANTED, "install-python::download"),
    "a circle": (Answer(302, {"Location": WANTED.address}), WANTED, "install-python::download"),
    "plain http elsewhere": (Answer(), Wanted("http://127.0.0.2:9/a", SHA256, None), "install-python::download"),
    "no address": (Answer(), Wanted("https://[broken/a", SHA256, None), "install-python::download"),
    "a file of this machine": (Answer(), Wanted("file:///etc/passwd", SHA256, None), "install-python::download"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_the_published_archive_leaves_no_file(lie: str, tmp_path: Path) -> None:
    answer, wanted, code = LIES[lie]
    with (
        stand_in(always(answer)) as server,
        Portal(server.url, "token") as portal,
        pytest.raises(BuildFailure) as failed,
    ):
        fetch_archive(wanted, portal, tmp_path, go_on)
    assert failed.value.code == code
    assert failed.value.detail
    assert list(tmp_path.iterdir()) == []


def test_a_redirect_away_from_the_portal_does_not_take_the_token_along(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        return Answer(body=ARCHIVE) if "authorization" not in request.headers else Answer(401)

    with stand_in(answer) as elsewhere:
        moved = Answer(302, {"Location": f"{elsewhere.url}/archive"})
        # Plain http elsewhere is refused, before anything is sent there.
        with (
            stand_in(always(moved)) as server,
            Portal(server.url, "token") as portal,
            pytest.raises(BuildFailure, match="neither the portal's nor https"),
        ):
            fetch_archive(WANTED, portal, tmp_path, go_on)
    assert elsewhere.requests == []


def test_a_build_that_has_to_stop_leaves_no_file(tmp_path: Path) -> None:
    def stop() -> None:
        raise BuildCancelled

    with (
        stand_in(always(Answer(body=ARCHIVE))) as server,
        Portal(server.url, "token") as portal,
        pytest.raises(BuildCancelled),
    ):
        fetch_archive(WANTED, portal, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []
