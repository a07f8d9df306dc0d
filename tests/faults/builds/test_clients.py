"""Clients that retry, race, lie and die: faults 14, 19, 21, 22 and 24, and answers that were lost on the way.

Faults 18, and 21, 22 and 24 with real builders: tests/faults/builder/; fault 20: test_database_restart.py beside this.
"""

import hashlib
import random
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from builds.models import Build, Step
from builds.services import end_lost_builds
from portal.services import create_staff_user
from tests.reporting import ApiBuilder, publish_two_stacks, run_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def builder(transactional_db: None) -> ApiBuilder:
    publish_two_stacks()
    return ApiBuilder()


class TestBytes:
    def test_a_line_of_100_megabytes_is_kept_and_no_page_breaks(self, builder: ApiBuilder, settings: Settings) -> None:
        """Fault 14, with NUL and bad UTF-8 in it."""
        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
        builder.build()
        part = (b"\0\xff\xed\xa0\x80x" * 2_000_000)[: 10 * 1024**2]
        digest = hashlib.sha256()
        for number in range(10):
            assert builder.append("detect", number * len(part), part).status_code == 202
            digest.update(part)
        announced = {"detect": {"size": 10 * len(part), "sha256": digest.hexdigest()}}
        assert builder.finish("failed", logs=announced).status_code == 200
        staff = Client()
        staff.force_login(
            create_staff_user(username="anna", password="correct horse battery", role="publisher", can_read_logs=True)
        )
        for page in ("", "?times=1", "tail/?after=0", "steps/detect/", "search/?q=x", "errors/?after=0", "lines/1/"):
            assert staff.get(f"/builds/{builder.id}/{page}", follow=True).status_code == 200, page
        read = hashlib.sha256()
        for piece in builder.get(f"/builds/{builder.id}/steps/detect/log").streaming_content:
            read.update(piece)
        assert read.digest() == digest.digest()

    @pytest.mark.parametrize("seed", range(20))
    def test_duplicates_gaps_overlaps_and_forks(self, builder: ApiBuilder, seed: int) -> None:
        """Fault 19: whatever comes in whatever order, the log is a prefix of what was printed."""
        chance = random.Random(seed)
        printed = chance.randbytes(3000)
        builder.build()
        stored = 0
        while stored < len(printed):
            offset = max(0, stored + chance.choice([0, 0, 0, -50, 50, -stored]))
            data = printed[offset : offset + chance.randint(1, 400)]
            is_forked = chance.random() < 0.2
            sent = bytes(byte ^ 1 for byte in data) if is_forked else data
            reply = builder.append("detect", offset, sent)
            if offset == stored and not is_forked:
                assert reply.status_code == 202
                stored += len(sent)
            elif offset == stored:
                # Nobody can tell a fork at the log's end from the truth; so it is not tried here.
                printed = printed[:stored] + sent + printed[stored + len(sent) :]
                stored += len(sent)
            elif offset > stored:
                assert (reply.status_code, int(reply["Upload-Offset"])) == (416, stored)
            elif is_forked:
                assert reply.status_code == 409
            else:
                assert reply.status_code == (200 if offset + len(sent) <= stored else 416)
        assert builder.get(f"/builds/{builder.id}/steps/detect/log").getvalue() == printed


class TestClaims:
    def test_a_lost_answer_is_given_again(self, builder: ApiBuilder) -> None:
        build = builder.build(queue=True)
        first = builder.post(f"/builds/{build['id']}/claim", {}, **{"Idempotency-Key": "worker-1"})
        again = builder.post(f"/builds/{build['id']}/claim", {}, **{"Idempotency-Key": "worker-1"})
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json()["fence"] == again.json()["fence"]
        other = builder.post(f"/builds/{build['id']}/claim", {}, **{"Idempotency-Key": "worker-2"})
        assert (other.status_code, other.json()["code"]) == (409, "build::claimed")
        assert builder.post(f"/builds/{build['id']}/claim", {}).status_code == 409
        stranger = ApiBuilder(name="stranger")
        assert stranger.post(f"/builds/{build['id']}/claim", {}, **{"Idempotency-Key": "worker-1"}).status_code == 409

    def test_twenty_claim_at_once_and_one_has_it(self, builder: ApiBuilder) -> None:
        """Fault 22: a message that is delivered twice starts one build."""
        build = builder.build(queue=True)
        answers: list[Any] = []

        def claim(number: int) -> None:
            try:
                answers.append(builder.post(f"/builds/{build['id']}/claim", {}, **{"Idempotency-Key": str(number)}))
            finally:
                connection.close()

        threads = [threading.Thread(target=claim, args=[number]) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19


class TestEnds:
    def test_a_killed_builder_leaves_one_terminal_state(self, builder: ApiBuilder) -> None:
        """Faults 21 and 22: the reaper ends it, and the zombie that wakes up afterwards changes nothing."""
        builder.build()
        builder.step("detect", "running")
        builder.append("detect", 0, b"half a li")
        run_out(builder.id)
        assert end_lost_builds() == [builder.id]
        before = builder.read()
        assert before["status"] == "lost"
        replies = [
            builder.finish("succeeded"),
            builder.step("detect", "succeeded"),
            builder.append("detect", 9, b"ne\n"),
            builder.post(f"/builds/{builder.id}/heartbeat"),
            builder.put(f"/builds/{builder.id}/detection", {"detected": False}),
        ]
        assert {reply.status_code for reply in replies} == {409}
        assert builder.read() == before

    def test_the_reaper_and_the_last_word_at_once(self, builder: ApiBuilder) -> None:
        builder.build()
        run_out(builder.id)
        answers: list[Any] = []

        def race(act: Any) -> None:
            try:
                answers.append(act())
            finally:
                connection.close()

        threads = [
            threading.Thread(target=race, args=[act])
            for act in (end_lost_builds, lambda: builder.finish("succeeded"), end_lost_builds)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        status = builder.read()["status"]
        assert status in {"lost", "succeeded"}
        assert all(step.finished_at for step in Step.objects.all())

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_a_clock_that_is_an_hour_off_has_no_effect(self, builder: ApiBuilder, hours: int) -> None:
        """Fault 24, for a whole build."""
        began = timezone.now()
        there = began + timedelta(hours=hours)
        builder.build()
        for name in ("detect", "resolve", "pre_compile"):
            builder.step(name, "running", started_at=there.isoformat())
            ended = (there + timedelta(milliseconds=5)).isoformat()
            builder.step(name, "succeeded", started_at=there.isoformat(), finished_at=ended)
        builder.finish("succeeded")
        build = Build.objects.get()
        for step in build.steps.all():
            assert step.started_at is not None
            assert step.finished_at is not None
            assert began <= step.started_at <= step.finished_at <= timezone.now()
