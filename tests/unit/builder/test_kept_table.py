"""The last good table: kept whole, believed only with its digest, never replaced by an older one."""

from pathlib import Path

import pytest

from builds.builder.kept_table import TableShelf, local_answer
from tests.tables import small_table
from versions.domain.canonical import digest
from versions.domain.document import table_document

URL = "http://portal.example"


def wrapped(revision: int, *versions: str) -> dict[str, object]:
    table = table_document(small_table(*(versions or ("3.12.3",))))
    return {"revision": revision, "published_at": "2026-01-01T00:00:00Z", "digest": digest(table), "table": table}


def kept_revision(shelf: TableShelf) -> int | None:
    kept = shelf.load()
    return kept.revision if kept else None


def test_nothing_is_kept_at_first(tmp_path: Path) -> None:
    assert TableShelf(tmp_path / "tables", URL).load() is None


def test_what_was_kept_answers(tmp_path: Path) -> None:
    shelf = TableShelf(tmp_path / "tables", URL)
    shelf.keep(wrapped(3, "3.12.3", "3.11.9"))
    kept = TableShelf(tmp_path / "tables", URL).load()
    assert kept is not None
    files = {"requirements.txt": {"text": ""}, "runtime.txt": {"text": "python-3.11"}}
    answer = local_answer({"stack": "stack-22", "arch": "amd64", "files": files}, kept)
    assert (answer["revision"], answer["release"]["version"], answer["package_manager"]) == (3, "3.11.9", "pip")


def test_fields_of_a_newer_portal_are_ignored_and_still_part_of_the_digest(tmp_path: Path) -> None:
    document = wrapped(3)
    table = document["table"]
    assert isinstance(table, dict)
    table["colour"] = "blue"
    table["stacks"][0]["series"][0]["releases"][0]["weight"] = 1.5
    shelf = TableShelf(tmp_path, URL)
    shelf.keep(document)
    assert kept_revision(shelf) is None
    shelf.keep(document | {"digest": digest(table), "signature": "x"})
    assert kept_revision(shelf) == 3


def test_an_older_revision_never_replaces_a_newer_one(tmp_path: Path) -> None:
    shelf = TableShelf(tmp_path, URL)
    for revision in (5, 4, 6, 6, 1):
        shelf.keep(wrapped(revision))
    assert kept_revision(shelf) == 6


def test_each_portal_has_its_own(tmp_path: Path) -> None:
    TableShelf(tmp_path, URL).keep(wrapped(5))
    assert TableShelf(tmp_path, "http://other.example").load() is None


LIES: dict[str, dict[str, object]] = {
    "another digest": {"digest": "sha256:" + "0" * 64},
    "no digest": {"digest": None},
    "no table": {"table": None},
    "another table": {"table": {"schema": 1, "default_stack": "x", "stacks": []}},
    "no number": {"revision": "7"},
    "a truth value": {"revision": True},
    "revision 0": {"revision": 0},
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_whole_is_not_kept(lie: str, tmp_path: Path) -> None:
    shelf = TableShelf(tmp_path, URL)
    shelf.keep(wrapped(2))
    shelf.keep(wrapped(7) | LIES[lie])
    assert kept_revision(shelf) == 2


def test_a_table_with_its_digest_that_is_not_understood_is_not_kept(tmp_path: Path) -> None:
    table = {"schema": 9, "default_stack": "x", "stacks": []}
    shelf = TableShelf(tmp_path, URL)
    shelf.keep({"revision": 1, "digest": digest(table), "table": table})
    assert shelf.load() is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_copy_counts_as_none_and_is_replaced(damage: bytes, tmp_path: Path) -> None:
    shelf = TableShelf(tmp_path, URL)
    shelf.keep(wrapped(3))
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert shelf.load() is None
    shelf.keep(wrapped(2))
    assert kept_revision(shelf) == 2


def test_a_changed_copy_is_not_believed(tmp_path: Path) -> None:
    shelf = TableShelf(tmp_path, URL)
    shelf.keep(wrapped(3, "3.12.3"))
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace("3.12.3", "3.12.9"))
    assert shelf.load() is None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    shelf = TableShelf(tmp_path / "file", URL)
    shelf.keep(wrapped(3))
    assert shelf.load() is None


def test_no_answer_is_not_kept(tmp_path: Path) -> None:
    shelf = TableShelf(tmp_path, URL)
    nothings: list[object] = [None, [], "text", {}]
    for nothing in nothings:
        shelf.keep(nothing)
    assert list(tmp_path.iterdir()) == []
