"""The hold that a builder remembers: the portal's last word on the app, until the hold's last day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builds.builder.kept_holds import HoldShelf
from builds.builder.kept_table import TableShelf, local_answer
from tests.tables import small_table
from versions.domain.canonical import digest
from versions.domain.document import table_document

URL = "http://portal.example"
TODAY = datetime.now(UTC).date()


def told(days: int = 1) -> dict[str, object]:
    return {"version": "3.12.2", "reason": "numpy", "until_on": str(TODAY + timedelta(days=days)), "by": "anna"}


def test_the_last_word_counts(tmp_path: Path) -> None:
    shelf = HoldShelf(tmp_path / "tables", URL, "shop")
    assert shelf.load() is None
    shelf.keep(told())
    kept = HoldShelf(tmp_path / "tables", URL, "shop").load()
    assert kept is not None
    assert (str(kept.version), kept.reason, kept.by) == ("3.12.2", "numpy", "anna")
    assert HoldShelf(tmp_path / "tables", URL, "crm").load() is None
    assert HoldShelf(tmp_path / "tables", "http://other.example", "shop").load() is None
    shelf.keep(None)
    shelf.keep(None)
    assert shelf.load() is None


def test_it_counts_on_its_last_day_and_not_after(tmp_path: Path) -> None:
    shelf = HoldShelf(tmp_path, URL, "shop")
    shelf.keep(told(days=0))
    assert shelf.load() is not None
    shelf.keep(told(days=-1))
    assert shelf.load() is None


@pytest.mark.parametrize(
    "contents", [b"", b"{", b"[]", b'"x"', b'{"version": "3.12"}', b'{"version": "3.12.2"}', b"\xff"]
)
def test_a_damaged_file_holds_nothing(tmp_path: Path, contents: bytes) -> None:
    shelf = HoldShelf(tmp_path, URL, "shop")
    shelf.keep(told())
    [path] = tmp_path.iterdir()
    path.write_bytes(contents)
    assert shelf.load() is None


@pytest.mark.parametrize("document", ["x", 7, [], {"version": "3.12.2"}, {**told(), "until_on": "soon"}])
def test_what_is_no_hold_is_none(tmp_path: Path, document: object) -> None:
    shelf = HoldShelf(tmp_path, URL, "shop")
    shelf.keep(told())
    shelf.keep(document)
    assert shelf.load() is None


def test_the_kept_table_answers_under_it(tmp_path: Path) -> None:
    table = table_document(small_table("3.12.2", "3.12.3"))
    TableShelf(tmp_path, URL).keep(
        {"revision": 3, "published_at": "2026-01-01T00:00:00Z", "digest": digest(table), "table": table}
    )
    shelf = HoldShelf(tmp_path, URL, "shop")
    shelf.keep(told())
    kept = TableShelf(tmp_path, URL).load()
    hold = shelf.load()
    assert kept is not None
    question = {"stack": "stack-22", "arch": "amd64", "files": {"requirements.txt": {"text": ""}}}
    assert local_answer(question, kept)["release"]["version"] == "3.12.3"
    answer = local_answer(question, type(kept)(kept.revision, kept.published_at, kept.table, hold))
    assert (answer["release"]["version"], answer["hold"], answer["warnings"][0]["code"]) == ("3.12.2", told(), "held")
