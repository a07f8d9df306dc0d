"""Reports go out in their order and behind the build's back, and wait while the portal is away."""

import threading

import pytest

from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal
from builds.builder.report_queue import ReportQueue
from tests.unit.builder.stand_in import Answer, always, stand_in

HOLD = Hold(1, 1, 1, 60, "")
PATIENCE_SECONDS = 60


def test_reports_wait_for_the_portal_and_keep_their_order() -> None:
    sent: list[int] = []
    is_back, was_away = threading.Event(), threading.Event()

    def send(number: int) -> None:
        if not is_back.is_set():
            was_away.set()
            raise PortalAway("away")
        sent.append(number)

    queue = ReportQueue(pytest.fail)
    known = [queue.put(lambda number=number: send(number)) for number in range(5)]  # type: ignore[misc]
    assert was_away.wait(PATIENCE_SECONDS)
    assert not queue.wait(0.01)
    assert (sent, any(event.is_set() for event in known)) == ([], False)
    is_back.set()
    assert queue.wait(PATIENCE_SECONDS)
    assert (sent, all(event.is_set() for event in known)) == ([0, 1, 2, 3, 4], True)


def refused(code: str, reasons: list[str]) -> ReportQueue:
    """A queue whose first report the portal has refused."""
    answer = Answer(409, {"Content-Type": "application/problem+json"}, b'{"code": "%s"}' % code.encode())
    with stand_in(always(answer)) as server, Portal(server.url, "token") as portal:
        queue = ReportQueue(reasons.append)
        is_sent = queue.put(lambda: portal.put_step(HOLD, "detect", {}))
        queue.put(lambda: pytest.fail("this follows a refusal"))
        try:
            assert not queue.wait(PATIENCE_SECONDS)
        finally:
            assert not is_sent.is_set()
            assert len(server.requests) == 1
    return queue


def test_a_build_that_is_not_ours_any_more_is_told_once() -> None:
    reasons: list[str] = []
    queue = refused("build::over", reasons)
    queue.put(lambda: pytest.fail("nothing is sent any more"))
    assert not queue.wait(0.01)
    assert len(reasons) == 1
    assert "build::over" in reasons[0]


def test_any_other_refusal_comes_out_of_the_next_call() -> None:
    reasons: list[str] = []
    with pytest.raises(PortalRefusal, match="step::impossible-move"):
        refused("step::impossible-move", reasons)
    assert reasons == []
