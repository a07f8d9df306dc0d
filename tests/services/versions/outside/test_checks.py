"""Outside copies checked over HTTP from a server of this machine: what they say, and what hostile ones answer."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.services.versions.outside.watching import DATA, STACK, copy_entry, last_run, publish, watched
from tests.tables import shipped_document
from tests.unit.builder.stand_in import Answer, Request, always, stand_in
from versions.domain.actor import Actor
from versions.domain.outside import OutsideForm
from versions.domain.refusals import Refusal
from versions.models import OutsideCopy, OutsideDifference, OutsideRun
from versions.selectors.drift import drift_report
from versions.selectors.outside_copies import copies_to_look_at, copy_page, due_copies
from versions.services import drift, outside_texts
from versions.services.drift import check_copy, request_check
from versions.services.outside_copies import add_copy, change_copy, remove_copy
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

pytestmark = pytest.mark.django_db
AGREES = b'["3.11.9", "3.12.3"]'


@pytest.fixture
def table(db: None) -> None:
    publish("3.11.9", "3.12.3")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and its address on Python's own file server."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Tests are read by their failures."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def rows(copy_id: int) -> list[tuple[str, str | None, str | None]]:
    return [(row.place, row.here, row.there) for row in copy_page(copy_id).open]


def checked(answer: Answer, settings: Settings, form: OutsideForm = OutsideForm.LIST) -> OutsideRun:
    """The run that a check of a server with this answer leaves behind."""
    with stand_in(always(answer)) as server:
        settings.FETCH_HOSTS = [server.url]
        copy_id = watched(f"{server.url}/copy", form)
        assert check_copy(copy_id=copy_id)
    return last_run(copy_id)


class TestForms:
    def test_a_json_list_that_agrees_and_then_does_not(self, table: None, settings: Settings) -> None:
        answers = [Answer(body=AGREES)]
        with stand_in(lambda _request: answers[0]) as server:
            settings.FETCH_HOSTS = [server.url]
            copy_id = watched(f"{server.url}/versions.json")
            assert check_copy(copy_id=copy_id)
            run = last_run(copy_id)
            assert (run.differences, run.revision, run.size, run.problem_code) == (0, 1, len(AGREES), "")
            assert copies_to_look_at() == ()
            answers[0] = Answer(body=b'["3.11.9", "3.12.4"]')
            request_check(copy_id=copy_id, by="anna")
            assert check_copy(copy_id=copy_id)
        assert rows(copy_id) == [("3.12.3", "3.12.3", None), ("3.12.4", None, "3.12.4")]
        (row,) = copies_to_look_at()
        assert (row.differences, row.differing_days) == (2, 0)

    @pytest.mark.parametrize("name", ["nginx.html", "apache.html"])
    def test_folder_listings_of_web_servers(self, name: str, table: None, settings: Settings) -> None:
        page = (DATA / name).read_bytes()
        assert checked(Answer(body=page), settings, OutsideForm.LISTING).differences == 0
        OutsideCopy.objects.all().delete()
        stale = page.replace(b"3.12.3", b"3.12.2")
        assert checked(Answer(body=stale), settings, OutsideForm.LISTING).differences == 2

    def test_a_listing_of_pythons_own_server(self, table: None, folder: tuple[Path, str], settings: Settings) -> None:
        place, url = folder
        for version in ("3.11.9", "3.12.3"):
            (place / f"python-{version}-ubuntu-22.04-amd64.tar.zst").touch()
        settings.FETCH_HOSTS = [url]
        copy_id = watched(f"{url}/", OutsideForm.LISTING, stack="")
        check_copy(copy_id=copy_id)
        assert last_run(copy_id).differences == 0

    @pytest.mark.parametrize(
        ("page", "document", "told"),
        [
            ("page-2018.md", "2018-documented", ("scalingo-14", "3.6", "3.6.6", "3.6.5")),
            ("page-2024.txt", "2024-documented", ("scalingo-20", "3.12", "3.12.3", "3.12.2")),
        ],
    )
    def test_pages_of_the_time(self, page: str, document: str, told: tuple[str, ...]) -> None:
        import_table(document=shipped_document(document))
        publish_pending(message="first", actor=Actor("anna"))
        text = (DATA / page).read_text()
        assert drift_report(text, form=OutsideForm.DOCUMENTATION).differences == ()
        stale = text.replace("3.6.6", "3.6.5", 1).replace("3.12.3", "3.12.2", 1)
        (drifted,) = drift_report(stale, form=OutsideForm.DOCUMENTATION).differences
        assert (drifted.stack, drifted.place, drifted.here, drifted.there) == told

    def test_only_the_stack_of_the_copy_counts(self) -> None:
        import_table(document=shipped_document("2024-documented"))
        publish_pending(message="first", actor=Actor("anna"))
        text = (DATA / "page-2024.txt").read_text().replace("3.8.19 unsupported", "3.8.18 unsupported")
        assert drift_report(text, stack="scalingo-22").differences == ()
        assert len(drift_report(text, stack="scalingo-20").differences) == 1
        (missing,) = drift_report("| Version | x |\n|-|-|\n| 3.12 | 3.12.3 |", stack="scalingo-22").differences[:1]
        assert (missing.stack, missing.place, missing.there) == ("scalingo-22", "", None)
        with pytest.raises(Refusal, match="stack::unknown"):
            drift_report(text, stack="gone")

    def test_a_file_of_the_installation(self, table: None, settings: Settings, tmp_path: Path) -> None:
        settings.OUTSIDE_FOLDER = tmp_path / "outside"
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside/list.json").write_bytes(AGREES)
        (tmp_path / "secret.json").write_bytes(AGREES)
        (tmp_path / "outside/link.json").symlink_to("../secret.json")
        copy_id = watched("list.json")
        check_copy(copy_id=copy_id)
        assert last_run(copy_id).differences == 0
        for name in ("link.json", "none.json"):
            other = watched(name, name=name)
            check_copy(copy_id=other)
            assert last_run(other).problem_code == "outside::file-unreadable"
        for name in ("../secret.json", "/etc/passwd", "a\0b", "", "x/../../y", "ftp://x/y", "http://a b/"):
            with pytest.raises(Refusal, match="request::malformed"):
                watched(name, name="another")


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
