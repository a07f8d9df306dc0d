"""The builder's side of the protocol, against a server that misbehaves on purpose."""

import hashlib
from pathlib import Path

import pytest

from builds.builder import portal as portal_module
from builds.builder.failures import BuildCancelled, BuildLost
from builds.builder.lease import Lease
from builds.builder.log_stream import LogStream
from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal
from tests.unit.builder.stand_in import Answer, Request, StandIn, in_turn, stand_in

TOKEN = "rp_1234.secret"
HOLD = Hold(id=7, number=1, fence=41, lease_seconds=0.06, url="")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waiting, a hundred times faster."""
    monkeypatch.setattr(portal_module, "_FIRST_PAUSE_SECONDS", 0.005)
    monkeypatch.setattr(portal_module, "_IMPATIENCE_SECONDS", 0.02)


def ignored(reason: str) -> None:
    """For logs that are not going to be refused."""


CREATED = b'{"id": 7, "number": 1, "fence": 41, "lease_seconds": 90, "url": "http://portal/builds/7/"}'


def test_a_build_is_asked_for_with_one_key_however_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_module, "_IMPATIENCE_SECONDS", 5)
    answers = in_turn(Answer(None), Answer(503, {"Retry-After": "0"}), Answer(201, body=CREATED))
    with stand_in(answers) as server, Portal(server.url, TOKEN) as portal:
        hold = portal.create_build({"app": "shop"}, "key-1")
    assert hold == Hold(7, 1, 41, 90, "http://portal/builds/7/")
    assert [request.headers["idempotency-key"] for request in server.requests] == ["key-1"] * 3
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}


def test_a_portal_that_stays_away_is_given_up() -> None:
    with stand_in(in_turn(Answer(None))) as server, Portal(server.url, TOKEN) as portal, pytest.raises(PortalAway):
        portal.create_build({"app": "shop"}, "key-1")


def test_a_refusal_carries_the_problem_and_is_not_repeated() -> None:
    body = b'{"code": "stack::unknown", "title": "There is no such stack", "detail": "No stack x.", "status": 404}'
    with (
        stand_in(in_turn(Answer(404, body=body))) as server,
        Portal(server.url, TOKEN) as portal,
        pytest.raises(PortalRefusal) as refused,
    ):
        portal.create_build({"app": "shop"}, "key-1")
    assert (refused.value.code, refused.value.detail, refused.value.status) == ("stack::unknown", "No stack x.", 404)
    assert len(server.requests) == 1


def test_a_refusal_that_is_no_problem_document_is_still_one() -> None:
    with (
        stand_in(in_turn(Answer(403, body=b"<html>"))) as server,
        Portal(server.url, TOKEN) as portal,
        pytest.raises(PortalRefusal, match="403"),
    ):
        portal.create_build({"app": "shop"}, "key-1")


class FlakyLog:
    """A portal's log whose answers get lost: `trouble` says what happens at each request."""

    def __init__(self, *trouble: str) -> None:
        self.data = b""
        self._trouble = list(trouble)

    def __call__(self, request: Request) -> Answer:
        trouble = self._trouble.pop(0) if self._trouble else ""
        if trouble == "lost before":
            return Answer(None)
        offset = int(request.headers["upload-offset"])
        if trouble == "away":
            return Answer(503, {"Retry-After": "0"})
        if trouble == "not the portal":
            return Answer(200, body=b"<html>sign in to the network</html>")
        if offset > len(self.data):
            return Answer(416, {"Upload-Offset": str(len(self.data))})
        is_new = offset == len(self.data) and request.body
        if is_new:
            self.data += request.body
        elif self.data[offset : offset + len(request.body)] != request.body:
            return Answer(409, body=b'{"code": "log::conflict"}')
        if trouble == "lost after":
            return Answer(None)
        return Answer(202 if is_new else 200, {"Upload-Offset": str(len(self.data))})


TROUBLES = [
    (),
    ("lost before",),
    ("lost after",),
    ("lost after", "lost after", "lost before"),
    ("", "lost after", "", "away", "lost before"),
    ("not the portal", "away", "away"),
]


@pytest.mark.parametrize("troubles", TROUBLES)
def test_a_log_arrives_whole_and_once(
    troubles: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builds.builder.log_stream._FIRST_PAUSE_SECONDS", 0.005)
    monkeypatch.setattr("builds.builder.log_stream._BATCH_SECONDS", 0.01)
    log = FlakyLog(*troubles)
    written = b"".join(b"line %d \xff\0\n" % number for number in range(3000))
    with stand_in(log) as server, Portal(server.url, TOKEN) as portal:
        stream = LogStream(portal, HOLD, "pre_compile", tmp_path / "spool", ignored)
        with stream:
            for start in range(0, len(written), 1000):
                stream.write(written[start : start + 1000])
        assert stream.wait(30)
    assert log.data == written
    assert stream.summary == {"size": len(written), "sha256": hashlib.sha256(written).hexdigest()}
    assert {request.headers["build-fence"] for request in server.requests} == {"41"}


def test_a_log_that_the_portal_refuses_is_told_as_a_lost_build(tmp_path: Path) -> None:
    reasons: list[str] = []
    refusal = Answer(409, body=b'{"code": "build::fence-stale", "detail": "Another builder has taken over."}')
    with stand_in(in_turn(refusal)) as server, Portal(server.url, TOKEN) as portal:
        with LogStream(portal, HOLD, "detect", tmp_path / "spool", reasons.append) as stream:
            stream.write(b"line\n")
        assert not stream.wait(30)
    assert reasons == ["409 build::fence-stale Another builder has taken over."]


def test_a_step_that_prints_nothing_sends_nothing(tmp_path: Path) -> None:
    with stand_in(in_turn(Answer())) as server, Portal(server.url, TOKEN) as portal:
        with LogStream(portal, HOLD, "detect", tmp_path / "spool", ignored) as stream:
            pass
        assert stream.wait(30)
    assert server.requests == []


def wait_until_it_stops(server: StandIn, lease: Lease) -> None:
    """Asks as a running command does, until the lease says stop."""
    while True:
        lease.check()


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        ([Answer(body=b'{"lease_seconds": 0.06, "cancel_requested": true}')], BuildCancelled),
        ([Answer(409, body=b'{"code": "build::fence-stale"}')], BuildLost),
        ([Answer(None), Answer(503), Answer(409, body=b'{"code": "build::over"}')], BuildLost),
    ],
)
def test_heartbeats_tell_when_to_stop(answers: list[Answer], end: type[Exception]) -> None:
    with (
        stand_in(in_turn(*answers)) as server,
        Portal(server.url, TOKEN) as portal,
        Lease(portal, HOLD) as lease,
        pytest.raises(end),
    ):
        wait_until_it_stops(server, lease)
    assert server.requests[0].path == "/api/v1/builds/7/heartbeat"


def test_a_fence_goes_with_every_write() -> None:
    with stand_in(in_turn(Answer())) as server, Portal(server.url, TOKEN) as portal:
        portal.put_detection(HOLD, {"detected": True})
        portal.put_step(HOLD, "pre_compile", {"status": "running"})
        assert portal.finish(HOLD, {"status": "succeeded"})
    assert [(request.method, request.path, request.headers["build-fence"]) for request in server.requests] == [
        ("PUT", "/api/v1/builds/7/detection", "41"),
        ("PUT", "/api/v1/builds/7/steps/pre_compile", "41"),
        ("POST", "/api/v1/builds/7/finish", "41"),
    ]
