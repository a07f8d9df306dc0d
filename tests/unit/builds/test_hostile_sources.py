"""What strangers post is answered or refused, never with more than so much work. No clock: calls are counted."""

import sys
from types import FrameType

import pytest

from builds.domain.detection import detect
from builds.domain.messages import explain
from builds.domain.source_document import read_source
from tests.hostile import hostile_sources
from tests.tables import shipped_table
from versions.domain.refusals import Refusal
from versions.domain.table import Ruleset

TABLE = shipped_table("2026-07-conformance")
SOURCES = hostile_sources()
MOST_CALLS = 250_000  # of Python and C functions; an honest app takes a few hundred, and 100,000 take about 10 ms


@pytest.mark.parametrize("ruleset", Ruleset)
@pytest.mark.parametrize("name", SOURCES)
def test_answered_or_refused_with_little_work(name: str, ruleset: Ruleset) -> None:
    calls = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        status = _status_of_answer(name, ruleset)
    finally:
        sys.setprofile(None)
    assert status in {200, 400, 413}
    assert calls <= MOST_CALLS * 2  # an event for each call and one for each return


def _status_of_answer(name: str, ruleset: Ruleset) -> int | None:
    try:
        tree = read_source(SOURCES[name])
        detection = detect(tree, stack="scalingo-24", table=TABLE, revision=1, ruleset=ruleset)
    except Refusal as refusal:
        return explain(refusal.code, refusal.facts).status
    is_concluded = detection.release or detection.failure or not detection.is_detected
    return 200 if is_concluded else None
