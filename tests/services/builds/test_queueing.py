"""The queue: announced after the commit, swept when a message was lost, claimed by one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from builds.domain.queueing import queue_name
from builds.models import Announcement, Build
from builds.selectors.queue_depths import queue_depths
from builds.services import claim_build, create_build, request_cancel
from builds.services.queueing import announce_build, announce_waiting_builds
from tests.reporting import BUILDER, STACK, begun, order, publish_two_stacks
from tests.services.builds.test_builds_at_once import at_once


@pytest.fixture(autouse=True)
def _messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The embedded broker in a folder of the test's own, whichever the run has: there messages can be counted."""
    before = current_app.conf.broker_url, dict(current_app.conf.broker_transport_options)
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery would read it before its own setting
    current_app.conf["broker_url"] = "filesystem://"
    use_folder(tmp_path)
    yield
    current_app.conf["broker_url"] = before[0]
    use_options(before[1])


def use_folder(folder: Path) -> None:
    use_options({name: str(folder) for name in ("data_folder_in", "data_folder_out", "control_folder")})


def use_options(options: dict[str, object]) -> None:
    """From now on messages are sent so; connections that were kept are forgotten."""
    current_app.conf.broker_transport_options = options
    current_app._pool = None  # type: ignore[attr-defined]
    current_app.amqp._producer_pool = None  # type: ignore[attr-defined]


def messages(folder: Path, stack: str = STACK) -> int:
    return len([path for path in folder.iterdir() if path.name.endswith(f".{queue_name(stack)}.msg")])


def age(build_id: int, seconds: int, *, announced_seconds_ago: int | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE builds_build SET created_at = now() - make_interval(secs => %s) WHERE id = %s", [seconds, build_id]
        )
    if announced_seconds_ago is not None:
        instant = timezone.now() - timedelta(seconds=announced_seconds_ago)
        Announcement.objects.update_or_create(build_id=build_id, defaults={"announced_at": instant})


class TestAnnouncing:
    @pytest.fixture(autouse=True)
    def _table(self, db: None) -> None:
        publish_two_stacks()

    def test_a_queued_build_is_announced_after_the_commit(
        self, tmp_path: Path, django_capture_on_commit_callbacks: object
    ) -> None:
        with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
            build = begun(is_queued=True)
        assert messages(tmp_path) == 0
        for callback in callbacks:
            callback()
        assert messages(tmp_path) == 1
        assert Announcement.objects.get().build_id == build.id

    def test_other_builds_are_not_announced(self, tmp_path: Path, django_capture_on_commit_callbacks: object) -> None:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            begun()
        assert messages(tmp_path) == 0

    def test_a_message_that_was_never_sent_is_sent_by_the_sweep(self, tmp_path: Path) -> None:
        """A process that died between commit and send leaves a queued build that was never announced."""
        build = begun(is_queued=True)
        assert announce_waiting_builds() == []  # its announcement may be under way
        age(build.id, 10)
        assert announce_waiting_builds() == [build.id]
        assert messages(tmp_path) == 1
        assert announce_waiting_builds() == []

    def test_what_nobody_claims_is_announced_again_ever_more_seldom(self, tmp_path: Path) -> None:
        build = begun(is_queued=True)
        age(build.id, 62, announced_seconds_ago=59)
        assert announce_waiting_builds() == []
        age(build.id, 62, announced_seconds_ago=61)
        assert announce_waiting_builds() == [build.id]
        age(build.id, 1000, announced_seconds_ago=300)  # it had waited 700 seconds when it was last announced
        assert announce_waiting_builds() == []
        age(build.id, 100_000, announced_seconds_ago=1801)
        assert announce_waiting_builds() == [build.id]

    def test_what_is_over_or_claimed_is_not_announced(self, tmp_path: Path) -> None:
        cancelled, claimed = begun(is_queued=True, app="a"), begun(is_queued=True, app="b")
        age(cancelled.id, 100)
        age(claimed.id, 100)
        request_cancel(build_id=cancelled.id, caller=BUILDER)
        claim_build(build_id=claimed.id, builder={}, caller=BUILDER)
        assert announce_waiting_builds() == []
        assert not announce_build(build_id=claimed.id)
        assert not announce_build(build_id=4711)
        assert messages(tmp_path) == 0

    def test_a_broker_that_is_away_costs_no_build(
        self, tmp_path: Path, django_capture_on_commit_callbacks: object
    ) -> None:
        use_folder(tmp_path / "gone")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            build = begun(is_queued=True)
        assert Build.objects.get().status == "queued"
        assert not Announcement.objects.exists()
        use_folder(tmp_path)
        age(build.id, 10)
        assert announce_waiting_builds() == [build.id]

    def test_each_stack_and_machine_has_a_queue_of_its_own(self) -> None:
        assert queue_name("a") == "builds.a"
        assert queue_name("a", "arm64") == "builds.a.arm64"
        assert queue_name("a", installation="blue") == "blue.builds.a"

    def test_depths_name_the_longest_wait_first(self) -> None:
        assert queue_depths() == ()
        first, second = begun(is_queued=True, app="a"), begun(is_queued=True, app="b")
        age(first.id, 700)
        age(second.id, 30)
        begun()
        (depth,) = queue_depths()
        assert (depth.stack, depth.builds, depth.is_slow) == (STACK, 2, True)

    def test_an_order_with_a_key_is_announced_once(
        self, tmp_path: Path, django_capture_on_commit_callbacks: object
    ) -> None:
        for _ in range(3):
            with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
                create_build(order=order(is_queued=True), caller=BUILDER, idempotency_key="k")
        assert messages(tmp_path) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_message(transactional_db: None, tmp_path: Path) -> None:
    """A message that came twice: one claim, one fence; and sweeping at the same time changes nothing of it."""
    publish_two_stacks()
    build = begun(is_queued=True)
    age(build.id, 100, announced_seconds_ago=90)
    results = at_once(
        lambda: claim_build(build_id=build.id, builder={}, caller=BUILDER, idempotency_key="one").fence,
        lambda: claim_build(build_id=build.id, builder={}, caller=BUILDER, idempotency_key="two").fence,
        announce_waiting_builds,
        announce_waiting_builds,
    )
    assert sorted(str(result) for result in results[:2] if not isinstance(result, int)) == ["build::claimed"]
    assert all(isinstance(result, list) for result in results[2:])
    row = Build.objects.get()
    assert (row.status, [row.fence]) == ("running", [result for result in results if isinstance(result, int)])
