"""Builds under real concurrency: threads with connections of their own, against rows that are really committed."""

import threading
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from builds.domain.statuses import BuildStatus, StepStatus
from builds.models import App, Build, Step
from builds.selectors.log_bytes import log_bytes
from builds.services import (
    Outcome,
    StepReport,
    append_log,
    claim_build,
    create_build,
    end_lost_builds,
    finish_build,
    report_step,
    request_cancel,
)
from tests.reporting import BUILDER, begun, fence_of, order, publish_two_stacks, run_out
from versions.domain.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _published_table(transactional_db: None) -> None:
    publish_two_stacks()


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Results of the calls, started together, in their order; a Refusal's code stands for its result."""
    results: list[object] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def run(index: int) -> None:
        try:
            gate.wait()
            results[index] = calls[index]()
        except Refusal as refusal:
            results[index] = refusal.code
        except Exception as error:  # noqa: BLE001 - whatever else it is, the test has to see it
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_numbers_of_an_app_have_no_gaps_and_no_twins() -> None:
    results = at_once(*[lambda: begun(app="shop").number for _ in range(12)])
    assert sorted(map(str, results)) == sorted(str(number) for number in range(1, 13))
    assert App.objects.get().last_build_number == 12


def test_one_key_makes_one_build_however_often_it_is_sent() -> None:
    def create() -> int:
        return create_build(order=order(), caller=BUILDER, idempotency_key="k").id

    assert len(set(at_once(*[create] * 8))) == 1
    assert (Build.objects.count(), App.objects.get().last_build_number) == (1, 1)


def test_one_key_for_two_apps_makes_one_build() -> None:
    results = at_once(
        *[lambda app=app: create_build(order=order(app=app), caller=BUILDER, idempotency_key="k").id for app in "abcd"]
    )
    assert Build.objects.count() == 1
    assert Counter(results)["idempotency::reused"] == 3


def test_of_many_claims_one_wins() -> None:
    build = begun(is_queued=True)
    results = at_once(*[lambda: claim_build(build_id=build.id, builder={}, caller=BUILDER).fence] * 8)
    assert Counter(results)["build::claimed"] == 7
    (fence,) = [result for result in results if isinstance(result, int)]
    assert Build.objects.get().fence == fence


def test_a_claim_and_a_cancel_leave_one_story() -> None:
    for _round in range(5):
        build = begun(is_queued=True)
        claimed, cancelled = at_once(
            lambda: claim_build(build_id=build.id, builder={}, caller=BUILDER),  # noqa: B023 - run within the round
            lambda: request_cancel(build_id=build.id, caller=BUILDER),  # noqa: B023
        )
        row = Build.objects.get(pk=build.id)
        if claimed == "build::over":
            assert (row.status, cancelled) == ("cancelled", BuildStatus.CANCELLED)
        else:
            assert (row.status, cancelled) == ("running", BuildStatus.RUNNING)
            assert row.cancel_requested_at is not None


def test_the_same_bytes_from_many_at_once_are_stored_once() -> None:
    build = begun()

    def append() -> bool:
        return append_log(
            build_id=build.id, fence=fence_of(build), step="detect", offset=0, data=b"abc", caller=BUILDER
        ).is_replay

    assert Counter(at_once(*[append] * 8)) == {True: 7, False: 1}
    step = Step.objects.get()
    assert log_bytes(step_id=step.pk, start=0, end=100) == b"abc"


def test_different_bytes_for_one_place_one_wins() -> None:
    build = begun()
    results = at_once(
        *[
            lambda data=data: (
                append_log(
                    build_id=build.id, fence=fence_of(build), step="detect", offset=0, data=data, caller=BUILDER
                ).size
            )
            for data in (b"aaa", b"bbb", b"ccc")
        ]
    )
    assert Counter(results) == {3: 1, "log::conflict": 2}
    assert Step.objects.get().log_size == 3


def test_appends_and_the_end_never_cross() -> None:
    """What was acknowledged is in the log; what comes after the end is refused."""
    build = begun()
    fence = fence_of(build)

    def append(offset: int) -> int:
        return append_log(build_id=build.id, fence=fence, step="detect", offset=offset, data=b"x", caller=BUILDER).size

    def write() -> int:
        size = 0
        try:
            for offset in range(40):
                size = append(offset)
        except Refusal as refusal:
            if refusal.code != "build::over":
                raise
        return size

    def finish() -> bool:
        return finish_build(build_id=build.id, fence=fence, outcome=Outcome(BuildStatus.FAILED), caller=BUILDER).is_over

    acknowledged, is_over = at_once(write, finish)
    assert is_over is True
    step = Step.objects.filter(build_id=build.id).first()
    assert (step.log_size if step else 0) == acknowledged


def test_two_ends_one_outcome() -> None:
    build = begun()
    results = at_once(
        *[
            lambda status=status: (
                finish_build(build_id=build.id, fence=fence_of(build), outcome=Outcome(status), caller=BUILDER).is_over
            )
            for status in (BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.CANCELLED)
        ]
    )
    assert Counter(results) == {True: 1, "build::over": 2}


def test_a_step_reported_twice_at_once_exists_once() -> None:
    build = begun()
    report = StepReport(StepStatus.RUNNING)
    at_once(
        *[
            lambda: (
                report_step(build_id=build.id, fence=fence_of(build), name="detect", report=report, caller=BUILDER).name
            )
        ]
        * 6
    )
    assert Step.objects.count() == 1


class TestReaper:
    def test_a_build_that_somebody_writes_to_is_passed_over(
        self, owner_connection: "psycopg.Connection[tuple[object, ...]]"
    ) -> None:
        build = begun()
        run_out(build.id)
        with owner_connection.transaction():
            owner_connection.execute("SELECT 1 FROM builds_build WHERE id = %s FOR UPDATE", [build.id])
            assert end_lost_builds() == []
        assert end_lost_builds() == [build.id]

    def test_several_reapers_end_each_build_once(
        self, owner_connection: "psycopg.Connection[tuple[object, ...]]"
    ) -> None:
        made = {begun().id for _ in range(9)}
        for build_id in made:
            run_out(build_id)
        taken = at_once(*[lambda: end_lost_builds(limit=5)] * 4)
        taken += at_once(end_lost_builds)
        ended = [build_id for batch in taken if isinstance(batch, list) for build_id in batch]
        assert Counter(ended) == Counter(made)
