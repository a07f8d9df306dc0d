"""Outside copies checked over HTTP from a server of this machine: what they say, in every form."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pytest_django.fixtures import Settings

from tests.services.versions.outside.watching import (
    AGREES,
    DATA,
    checked,
    last_run,
    rows,
    watched,
)
from tests.tables import shipped_document
from tests.unit.builder.stand_in import Answer, stand_in
from versions.domain.actor import Actor
from versions.domain.outside import OutsideForm
from versions.domain.refusals import Refusal
from versions.models import OutsideCopy
from versions.selectors.drift import drift_report
from versions.selectors.outside_copies import copies_to_look_at
from versions.services.drift import check_copy, request_check
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

pytestmark = pytest.mark.django_db


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
