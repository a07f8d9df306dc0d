"""Since when an outside copy differs, and when it is looked at again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.services.versions.outside.watching import (
    AGREES,
    DATA,
    STACK,
    copy_entry,
    last_run,
    rows,
    watched,
)
from tests.tables import shipped_document
from tests.unit.builder.stand_in import Answer, always, stand_in
from versions.domain.actor import Actor
from versions.domain.outside import OutsideForm
from versions.domain.refusals import Refusal
from versions.models import OutsideDifference, OutsideRun
from versions.selectors.outside_copies import copies_to_look_at, copy_page, due_copies
from versions.services import drift
from versions.services.drift import check_copy, request_check
from versions.services.outside_copies import add_copy, change_copy, remove_copy
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

pytestmark = pytest.mark.django_db


class TestSince:
    def test_a_difference_keeps_its_first_day_until_it_is_gone(self, table: None, settings: Settings) -> None:
        answers = [Answer(body=b'["3.11.9", "3.12.2"]')]
        with stand_in(lambda _request: answers[0]) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/copy")
            check_copy(copy_id=copy_id)
            long_ago = timezone.now() - timedelta(days=63)
            OutsideDifference.objects.update(first_seen_at=long_ago)

            request_check(copy_id=copy_id, by="anna")
            check_copy(copy_id=copy_id)
            assert {row.first_seen_at for row in copy_page(copy_id).open} == {long_ago}
            (row,) = copies_to_look_at()
            assert (row.differences, row.differing_days, row.differing_since) == (2, 63, long_ago)

            answers[0] = Answer(status=503)
            request_check(copy_id=copy_id, by="anna")
            check_copy(copy_id=copy_id)
            (row,) = copies_to_look_at()
            assert (row.differences, row.problem_code) == (2, "address::unreachable")
            assert row.failing_since is not None

            answers[0] = Answer(body=AGREES)
            request_check(copy_id=copy_id, by="anna")
            check_copy(copy_id=copy_id)
        page = copy_page(copy_id)
        assert page.open == ()
        assert [row.first_seen_at for row in page.closed] == [long_ago] * 2
        assert copies_to_look_at() == ()

    def test_what_each_side_says_is_kept_up_to_date(self, settings: Settings) -> None:
        import_table(document=shipped_document("2024-documented"))
        publish_pending(message="first", actor=Actor("anna"))
        text = (DATA / "page-2024.txt").read_bytes()
        answers = [Answer(body=text.replace(b"3.12.3", b"3.12.1", 1))]
        with stand_in(lambda _request: answers[0]) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/docs", OutsideForm.DOCUMENTATION, stack="")
            check_copy(copy_id=copy_id)
            answers[0] = Answer(body=text.replace(b"3.12.3", b"3.12.2", 1))
            request_check(copy_id=copy_id, by="anna")
            check_copy(copy_id=copy_id)
        assert rows(copy_id) == [("3.12", "3.12.3", "3.12.2")]
        assert OutsideDifference.objects.count() == 1

    def test_another_place_starts_anew(self, table: None, settings: Settings) -> None:
        with stand_in(always(Answer(body=b'["3.11.9"]'))) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/copy")
            check_copy(copy_id=copy_id)
            assert len(rows(copy_id)) == 1
            change_copy(copy_id=copy_id, entry=copy_entry(f"{server.url}/copy", name="renamed"))
            assert len(rows(copy_id)) == 1
            change_copy(copy_id=copy_id, entry=copy_entry(f"{server.url}/other"))
            assert rows(copy_id) == []


class TestWhenItIsDue:
    def test_the_clock_asks_once_an_hour(self, table: None, settings: Settings) -> None:
        with stand_in(always(Answer(body=AGREES))) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/copy")
            assert due_copies() == (copy_id,)
            assert check_copy(copy_id=copy_id)
            assert due_copies() == ()
            assert not check_copy(copy_id=copy_id)  # the message came twice
            OutsideRun.objects.update(requested_at=timezone.now() - timedelta(minutes=61))
            assert due_copies() == (copy_id,)
            assert check_copy(copy_id=copy_id)
            assert len(server.requests) == 2

    def test_a_copy_that_is_switched_off_is_checked_by_hand_alone(self, table: None, settings: Settings) -> None:
        with stand_in(always(Answer(body=AGREES))) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = add_copy(entry=copy_entry(f"{server.url}/copy", is_enabled=False))
            assert due_copies() == ()
            assert not check_copy(copy_id=copy_id)
            request_check(copy_id=copy_id, by="anna")
            assert due_copies() == (copy_id,)  # should the message be lost
            assert check_copy(copy_id=copy_id)
        assert last_run(copy_id).requested_by_name == "anna"

    def test_asking_twice_is_asking_once(self, table: None) -> None:
        copy_id = watched("list.json")
        request_check(copy_id=copy_id, by="anna")
        request_check(copy_id=copy_id, by="bert")
        assert OutsideRun.objects.count() == 1

    def test_a_check_whose_process_died_is_told_and_done_again(self, table: None) -> None:
        copy_id = watched("list.json")
        now = timezone.now()
        OutsideRun.objects.create(copy_id=copy_id, requested_at=now, started_at=now)
        assert not check_copy(copy_id=copy_id)  # somebody is at it
        assert due_copies() == ()
        before = now - timedelta(hours=2)
        OutsideRun.objects.update(requested_at=before, started_at=before)
        assert due_copies() == (copy_id,)
        assert check_copy(copy_id=copy_id)
        codes = OutsideRun.objects.order_by("id").values_list("problem_code", flat=True)
        assert list(codes) == ["outside::interrupted", "outside::file-unreadable"]

    def test_a_clock_that_stands_still_is_seen(self, table: None) -> None:
        copy_id = watched("list.json")
        check_copy(copy_id=copy_id)
        OutsideRun.objects.update(requested_at=timezone.now() - timedelta(hours=3))
        (row,) = copies_to_look_at()
        assert row.is_overdue

    def test_old_checks_go_but_never_the_latest(self, table: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(drift, "KEPT_RUNS", 3)
        copy_id = watched("list.json")
        old = timezone.now() - timedelta(days=100)
        for _ in range(5):
            OutsideRun.objects.create(
                copy_id=copy_id, requested_at=old, started_at=old, finished_at=old, problem_code="address::too-slow"
            )
        OutsideDifference.objects.create(
            copy_id=copy_id, first_seen_at=old - timedelta(days=600), closed_at=old - timedelta(days=300)
        )
        check_copy(copy_id=copy_id)
        assert OutsideRun.objects.count() == 3
        assert OutsideDifference.objects.count() == 0

    def test_a_copy_that_is_gone(self, table: None) -> None:
        copy_id = watched("list.json")
        remove_copy(copy_id=copy_id)
        assert not check_copy(copy_id=copy_id)
        with pytest.raises(Refusal, match="outside::unknown"):
            request_check(copy_id=copy_id, by="anna")

    def test_names_are_taken_once(self, table: None) -> None:
        copy_id = watched("a.json", name="one")
        watched("b.json", name="two")
        with pytest.raises(Refusal, match="request::malformed"):
            watched("c.json", name="two ")
        with pytest.raises(Refusal, match="request::malformed"):
            change_copy(copy_id=copy_id, entry=copy_entry("a.json", name="two"))
        assert copy_page(copy_id).copy.entry.stack == STACK
