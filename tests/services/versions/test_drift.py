"""Holding outside copies of the table against the current revision."""

import json
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from tests.tables import shipped_document, shipped_table
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal
from versions.domain.table import StackStatus
from versions.formats.documentation import markdown
from versions.selectors.drift import drift_report
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    import_table(document=shipped_document("2024-documented"))
    publish_pending(message="first", actor=Actor("anna"))


def told(text: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(drift.stack, drift.place, drift.here, drift.there) for drift in drift_report(text).differences]


class TestDocumentation:
    PAGE = markdown(shipped_table("2024-documented"), revision=1)

    def test_our_own_export_agrees(self) -> None:
        assert told(f"# Python\n\nSome words.\n\n{self.PAGE}") == []

    def test_every_cell_that_differs_is_told(self) -> None:
        stale = self.PAGE.replace("| up to `3.12.3` |", "| up to `3.12.2` |", 1).replace(
            "unsupported", "up to `3.8.19`"
        )
        assert told(stale) == [
            ("scalingo-20", "3.12", "3.12.3", "3.12.2"), ("scalingo-22", "3.8", None, "3.8.19"),
        ]  # fmt: skip

    def test_a_missing_row_and_a_missing_column(self) -> None:
        lines = [line for line in self.PAGE.splitlines() if not line.startswith("| 3.9 ")]
        assert told("\n".join(lines)) == [
            ("scalingo-22", "3.9", "3.9.19", None), ("scalingo-20", "3.9", "3.9.19", None),
        ]  # fmt: skip
        assert told("| Version | scalingo-20 |\n|---|---|\n| 3.99 | up to 3.99.1 |")[0][2:] == (None, "3.99.1")


class TestLists:
    def test_a_table_document_agrees_with_itself(self) -> None:
        assert told(json.dumps(shipped_document("2024-documented"))) == []

    def test_a_list_with_stacks(self) -> None:
        stack = shipped_table("2024-documented").find_stack("scalingo-22")
        assert stack is not None
        rows = [{"version": str(r.version), "stack": stack.name} for s in stack.series for r in s.releases]
        assert told(json.dumps(rows)) == []
        gone = rows.pop()
        rows.append({"version": "3.99.1", "stack": stack.name})
        assert told(json.dumps({"releases": rows})) == [
            (stack.name, gone["version"], gone["version"], None), (stack.name, "3.99.1", None, "3.99.1"),
        ]  # fmt: skip

    def test_a_list_of_versions_counts_for_all_stacks(self) -> None:
        table = shipped_table("2024-documented")
        in_use = [stack for stack in table.stacks if stack.status is not StackStatus.DISCONTINUED]
        known = {str(r.version) for stack in in_use for s in stack.series for r in s.releases}
        assert told(json.dumps(sorted(known))) == []

    def test_a_folder_listing(self) -> None:
        stack = shipped_table("2024-documented").find_stack("scalingo-22")
        assert stack is not None
        names = [f"python-{r.version}-ubuntu-22.04-amd64.tar.zst" for s in stack.series for r in s.releases]
        page = "".join(f'<a href="{name}">{name}</a>\n' for name in names)
        assert told(f"<html><body>{page}</body></html>") == []
        assert told(page.replace(names[0], "python-3.99.0-ubuntu-22.04-amd64.tar.zst"))[-1][2:] == (None, "3.99.0")

    @pytest.mark.parametrize(
        "text", ["", "nothing here", "{}", "[]", "[1, 2]", '{"a": 1}', "{", "[[]]", "\0", "<a href=x>"]
    )
    def test_what_is_no_copy(self, text: str) -> None:
        with pytest.raises(Refusal, match="outside::not-understood"):
            drift_report(text)


class TestCommand:
    def test_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page = tmp_path / "docs.md"
        page.write_text(TestDocumentation.PAGE)
        call_command("table", "compare", str(page))
        assert "says what revision 1 says" in capsys.readouterr().out
        page.write_text(TestDocumentation.PAGE.replace("3.12.3", "3.12.2"))
        with pytest.raises(CommandError, match="differs from revision 1"):
            call_command("table", "compare", str(page))
        assert "scalingo-20 3.12: here 3.12.3, there 3.12.2" in capsys.readouterr().out

    def test_an_address_that_is_vouched_for(
        self, folder_url: str, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.FETCH_HOSTS = [folder_url]
        call_command("table", "compare", f"{folder_url}/docs.md")
        assert "documentation page" in capsys.readouterr().out

    def test_an_address_that_is_not(self, folder_url: str) -> None:
        with pytest.raises(CommandError, match="address::not-allowed"):
            call_command("table", "compare", f"{folder_url}/docs.md")

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="can't be read"):
            call_command("table", "compare", str(tmp_path / "none"))

    @pytest.fixture
    def folder_url(self, tmp_path: Path) -> Iterator[str]:
        (tmp_path / "docs.md").write_text(TestDocumentation.PAGE)

        class Quiet(SimpleHTTPRequestHandler):
            def __init__(self, *args: object) -> None:
                super().__init__(*args, directory=str(tmp_path))  # type: ignore[arg-type]

            def log_message(self, *args: object) -> None:
                """Tests are read by their failures."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
