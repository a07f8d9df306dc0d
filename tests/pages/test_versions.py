"""Matrix, revisions, releases and stacks say what is published."""

from dataclasses import replace

from django.test import Client

from tests.pages.published import leave_pending, publish_shipped, publish_waiting
from tests.tables import small_table
from versions.domain.document import table_document
from versions.domain.table import ArtifactEntry, ReleaseEntry, Table
from versions.domain.version import Version
from versions.models import Release, StoredArchive
from versions.services.pending import import_table


def test_matrix_states_what_the_documentation_states(viewer_page: Client) -> None:
    publish_shipped()
    matrix = viewer_page.get("/runtimes/").context["matrix"]
    assert [column.name for column in matrix.columns] == ["scalingo-22", "scalingo-20"]
    rows = {
        str(row.series): [str(cell.newest) if cell.is_supported else None for cell in row.cells] for row in matrix.rows
    }
    assert rows["3.12"] == ["3.12.3", "3.12.3"]
    assert rows["3.8"] == [None, "3.8.19"]


def test_matrix_shows_what_waits(publisher_page: Client) -> None:
    publish_shipped()
    leave_pending("3.12.4")
    html = publisher_page.get("/runtimes/").content.decode()
    assert "3.12.4 waits" in html
    assert "/runtimes/publish/?pick=scalingo-22:3.12.4" in html


def test_matrix_shows_discontinued_stacks_on_request(viewer_page: Client) -> None:
    publish_shipped()
    assert "scalingo-14" not in viewer_page.get("/runtimes/").content.decode()
    assert "scalingo-14" in viewer_page.get("/runtimes/?discontinued=1").content.decode()


def test_release_without_archive_is_listed_not_installable(viewer_page: Client) -> None:
    publish_shipped("2018-documented")
    assert any(
        cell.is_supported and not cell.is_installable
        for row in viewer_page.get("/runtimes/?discontinued=1").context["matrix"].rows
        for cell in row.cells
    ) == ("listed, not installable" in viewer_page.get("/runtimes/?discontinued=1").content.decode())


def test_matrix_tells_what_was_verified_here(viewer_page: Client) -> None:
    hashes = {"3.10.1": "a" * 64, "3.11.1": "b" * 64, "3.12.1": "c" * 64}
    numbers = {text: version for text in (*hashes, "3.13.1") if (version := Version.parse(text))}
    stack = small_table(*numbers).stacks[0]
    releases = {
        version: ReleaseEntry(
            version, artifacts=(ArtifactEntry("amd64", "tar.gz", "https://example.org/a", hashes[text], None),)
        )
        for text, version in numbers.items()
        if text in hashes
    }  # fmt: skip
    series = [
        replace(entry, releases=tuple(releases.get(item.version, item) for item in entry.releases))
        for entry in stack.series
    ]  # fmt: skip
    import_table(document=table_document(Table(stack.name, (replace(stack, series=tuple(series)),))))
    publish_waiting()
    for text, verified_as in (("3.12.1", "3.12.1"), ("3.11.1", "3.11.2")):
        StoredArchive.objects.create(
            sha256=hashes[text], size=1, format="tar.gz", is_verified=True,
            verification={"version": verified_as, "arch": "amd64"},
        )  # fmt: skip
    response = viewer_page.get("/runtimes/")
    html = response.content.decode()
    cells = [row.cells[0] for row in response.context["matrix"].rows]
    assert [(str(cell.newest), cell.is_installable, cell.is_verified) for cell in cells] == [
        ("3.13.1", False, False), ("3.12.1", True, True), ("3.11.1", True, False), ("3.10.1", True, False)
    ]  # fmt: skip
    # Each word once a cell, and once in the legend.
    assert (html.count("listed, not installable"), html.count("unverified")) == (2, 3)


def test_revisions_are_listed_newest_first_and_paged(viewer_page: Client) -> None:
    publish_shipped("2018-documented", "As documented in 2018")
    publish_shipped("2024-documented", "As documented in 2024")
    response = viewer_page.get("/runtimes/revisions/")
    assert [row.number for row in response.context["revisions"]] == [2, 1]
    older = viewer_page.get("/runtimes/revisions/?before=2")
    assert [row.number for row in older.context["revisions"]] == [1]
    for nonsense in ("x", "-1", "99999999999999999999", "\u0663"):
        assert viewer_page.get("/runtimes/revisions/", {"before": nonsense}).status_code == 200


def test_revision_tells_what_changed(viewer_page: Client) -> None:
    publish_shipped()
    leave_pending("3.12.4")
    leave_pending("3.12.5")
    Release.objects.filter(version="3.12.3").update(status="yanked", reason="broken ssl")
    second = publish_waiting()
    groups = viewer_page.get(f"/runtimes/revisions/{second.number}/").context["groups"]
    lines = [line for group in groups if group.stack == "scalingo-22" for line in group.lines]
    assert [str(version) for line in lines if line.kind == "added" for version in line.versions] == ["3.12.4", "3.12.5"]
    assert ("status", "available", "yanked") in [(line.field, line.before, line.after) for line in lines]


def test_diff_of_two_revisions_reads_both_ways(viewer_page: Client) -> None:
    publish_shipped()
    leave_pending("3.12.4")
    publish_waiting()
    forth = viewer_page.get("/runtimes/revisions/1/diff/2/").context["groups"]
    back = viewer_page.get("/runtimes/revisions/2/diff/1/").context["groups"]
    assert [line.kind for group in forth for line in group.lines] == ["added"]
    assert [line.kind for group in back for line in group.lines] == ["removed"]
    assert "No difference" in viewer_page.get("/runtimes/revisions/1/diff/1/").content.decode()


def test_release_page_tells_published_from_pending(viewer_page: Client) -> None:
    publish_shipped()
    leave_pending("3.12.4")
    assert "Not published" in viewer_page.get("/runtimes/releases/3.12.4/").content.decode()
    published = viewer_page.get("/runtimes/releases/3.12.3/")
    assert [row.is_published for row in published.context["page"].stacks] == [True, True]
    assert viewer_page.get("/runtimes/releases/3.99.0/").status_code == 404
