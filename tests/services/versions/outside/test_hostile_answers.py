"""What a server that holds an outside copy may answer instead of it; each is a problem with a code."""

from threading import Event

import pytest
from pytest_django.fixtures import Settings

from tests.services.versions.outside.watching import (
    AGREES,
    checked,
    last_run,
    watched,
)
from tests.unit.builder.stand_in import Answer, Request, always, stand_in
from versions.models import OutsideDifference
from versions.selectors.outside_copies import copies_to_look_at
from versions.services import drift, outside_texts
from versions.services.drift import check_copy

pytestmark = pytest.mark.django_db


class TestHostileAnswers:
    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (Answer(status=500), "address::unreachable"),
            (Answer(status=None), "address::unreachable"),
            (Answer(body=AGREES, hangs_up_after=4), "address::unreachable"),
            (Answer(status=302, headers={"Location": "http://127.0.0.1:1/x"}), "address::not-allowed"),
            (Answer(status=302, headers={"Location": "http://[::1]/x"}), "address::not-allowed"),
            (Answer(status=302, headers={"Location": "file:///etc/passwd"}), "address::not-allowed"),
            (Answer(body=b"<html>We are back soon</html>"), "outside::not-understood"),
            (Answer(body=b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "outside::not-understood"),
            (Answer(body=b""), "outside::not-understood"),
            (Answer(body=b"[" * 100_000), "outside::not-understood"),
            (Answer(body=b'["3.12.3", "\\ud800"]'), ""),
            (Answer(body=b'[{"version": "3.12.3", "stack": "a\\u0000b"}]'), ""),
            (Answer(body=b"| Version | stack-22 |\n|-|-|\n| 3.12 | up to 3.12.3 |"), "outside::other-form"),
            (Answer(body=b'{"schema": 1, "stacks": [], "default_stack": 3}'), "table::invalid"),
            (Answer(body=b"<a href=" + b"a-" * 500_000 + b"/runtimes/python-3.12.3.tgz>"), "outside::not-understood"),
            (Answer(body=b"href " * 300_000), "outside::not-understood"),
            (Answer(body=b"|" * 1_000_000), "outside::not-understood"),
        ],
    )  # fmt: skip
    def test_what_is_no_answer_is_a_problem_with_a_code(
        self, answer: Answer, code: str, table: None, settings: Settings
    ) -> None:
        run = checked(answer, settings)
        assert run.problem_code == code
        assert run.finished_at is not None
        assert bool(copies_to_look_at()) is (code != "" or bool(run.differences))

    def test_more_than_is_taken(self, table: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outside_texts, "MAX_COPY_BYTES", 1000)
        assert checked(Answer(body=b" " * 1001), settings).problem_code == "address::too-large"

    def test_a_server_that_lets_us_wait(self, table: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outside_texts, "_IDLE_SECONDS", 0.2)
        over = Event()

        def wait(_request: Request) -> Answer:
            over.wait(1)
            return Answer()

        with stand_in(wait) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/copy")
            check_copy(copy_id=copy_id)
            over.set()
        assert last_run(copy_id).problem_code == "address::too-slow"

    def test_a_host_that_is_not_listed(self, table: None, settings: Settings) -> None:
        settings.FETCH_HOSTS = []
        copy_id = watched("http://127.0.0.1:9/x")
        check_copy(copy_id=copy_id)
        assert last_run(copy_id).problem_code == "address::not-allowed"
        assert "127.0.0.1" in str(last_run(copy_id).problem_facts)

    def test_more_differences_than_are_kept(
        self, table: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drift, "MAX_DIFFERENCES", 10)
        versions = ", ".join(f'"3.99.{patch}"' for patch in range(50))
        run = checked(Answer(body=f"[{versions}]".encode()), settings)
        assert run.differences == 52
        assert OutsideDifference.objects.filter(closed_at=None).count() == 10

    def test_before_the_first_revision(self, db: None, settings: Settings) -> None:
        with stand_in(always(Answer(body=AGREES))) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/copy")
            check_copy(copy_id=copy_id)
        assert last_run(copy_id).problem_code == "revision::unknown"
