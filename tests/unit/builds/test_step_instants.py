"""Instants of steps: the database's clock decides, the builder's differences are believed where they can be."""

from datetime import UTC, datetime, timedelta

import pytest

from builds.services.step_instants import StepInstants, finished_at, running_since

BEGAN = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(seconds=100)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("reported", "since"),
    [
        (at(40), at(40)),
        (None, NOW),
        (at(-3), BEGAN),
        (at(103), NOW),
        (at(3600), NOW),
        (at(-3600), NOW),
    ],
)
def test_running(reported: datetime | None, since: datetime) -> None:
    assert running_since(reported=reported, build_started_at=BEGAN, now=NOW) == StepInstants(since, None, None)


@pytest.mark.parametrize(
    ("started", "finished", "known_start", "expected"),
    [
        # As reported, since both can be true.
        (at(10), at(12.5), None, (at(10), at(12.5), 2500)),
        # An hour off: the duration is kept, the step ends now.
        (at(3610), at(3612), None, (at(98), NOW, 2000)),
        (at(-3610), at(-3608), at(90), (at(90), NOW, 2000)),
        # Longer than the build has lasted: only what the database saw is believed.
        (at(-9000), at(50), at(90), (at(90), NOW, 10_000)),
        (at(-9000), at(50), None, (NOW, NOW, 0)),
        # Half a report.
        (at(60), None, None, (at(60), NOW, 40_000)),
        (None, at(60), None, (NOW, NOW, 0)),
        (None, None, at(30), (at(30), NOW, 70_000)),
        # A start that another transaction saw a moment later than this one's clock.
        (None, None, at(100.5), (at(100.5), at(100.5), 0)),
    ],
)
def test_finished(
    started: datetime | None,
    finished: datetime | None,
    known_start: datetime | None,
    expected: tuple[datetime, datetime, int],
) -> None:
    instants = finished_at(started=started, finished=finished, known_start=known_start, build_started_at=BEGAN, now=NOW)
    assert instants == StepInstants(*expected)
