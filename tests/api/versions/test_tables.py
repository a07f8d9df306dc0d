"""The table over HTTP."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from tests.standing import standing_data
from tests.tables import shipped_document
from versions.domain.actor import Actor
from versions.domain.canonical import canonical_json, digest
from versions.domain.version import Version
from versions.models import Release, Revision
from versions.services.archives import attach_archive, store_archive
from versions.services.pending import import_table
from versions.services.publishing import publish_pending

ANNA = Actor("anna")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def _both_documented_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    yield from standing_data(django_db_blocker, publish_both_documented_tables)


def publish_both_documented_tables() -> None:
    for name in ("2018-documented", "2024-documented"):
        import_table(document=shipped_document(name))
        publish_pending(message=f"Table of {name[:4]}", actor=ANNA)


class TestTable:
    def test_is_wrapped_and_its_digest_checks(self, client: Client) -> None:
        body = client.get("/api/v1/table").json()
        assert list(body) == [
            "revision", "digest", "previous_digest", "message", "published_by", "published_at", "table",
        ]  # fmt: skip
        assert body["table"] == shipped_document("2024-documented")
        assert body["digest"] == digest(body["table"])
        assert (body["revision"], body["message"], body["published_by"]) == (2, "Table of 2024", "anna")

    def test_headers(self, client: Client) -> None:
        reply = client.get("/api/v1/table")
        assert reply["Content-Type"] == "application/json"
        assert reply["Cache-Control"] == "no-cache"
        assert reply["X-Table-Revision"] == "2"
        assert reply["ETag"].startswith('"')
        assert "Accept-Encoding" in reply["Vary"]

    def test_known_is_304(self, client: Client) -> None:
        etag = client.get("/api/v1/table")["ETag"]
        reply = client.get("/api/v1/table", headers={"If-None-Match": etag})
        assert (reply.status_code, reply.content, reply["ETag"]) == (304, b"", etag)
        assert reply["X-Table-Revision"] == "2"

    def test_another_etag_is_200(self, client: Client) -> None:
        assert client.get("/api/v1/table", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_head_has_no_body(self, client: Client) -> None:
        reply = client.head("/api/v1/table")
        assert (reply.status_code, reply.content) == (200, b"")
        assert reply["ETag"] == client.get("/api/v1/table")["ETag"]

    def test_gzip_has_an_etag_of_its_own(self, client: Client) -> None:
        plain, packed = client.get("/api/v1/table"), client.get("/api/v1/table", headers={"Accept-Encoding": "gzip"})
        assert packed["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert packed["ETag"] != plain["ETag"]

    @pytest.mark.parametrize("refused", ["gzip;q=0", "identity", "br", "gzip;q=none"])
    def test_gzip_is_only_sent_when_wanted(self, client: Client, refused: str) -> None:
        assert "Content-Encoding" not in client.get("/api/v1/table", headers={"Accept-Encoding": refused})

    def test_an_older_revision_never_changes(self, client: Client) -> None:
        reply = client.get("/api/v1/table?revision=1")
        assert reply.json()["table"] == shipped_document("2018-documented")
        assert reply["Cache-Control"] == "public, max-age=31536000, immutable"

    def test_as_of_an_instant(self, client: Client) -> None:
        instant = Revision.objects.get(number=2).published_at - timedelta(microseconds=1)
        reply = client.get("/api/v1/table", {"as_of": instant.isoformat()})
        assert reply.json()["revision"] == 1
        assert "immutable" in reply["Cache-Control"]

    def test_the_future_may_change(self, client: Client) -> None:
        reply = client.get("/api/v1/table?as_of=2999-01-01T00:00:00Z")
        assert (reply.json()["revision"], reply["Cache-Control"]) == (2, "no-cache")

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("revision=3", 404, "revision::unknown"),
            ("revision=0", 404, "revision::unknown"),
            ("revision=99999999999", 400, "request::malformed"),
            ("revision=one", 400, "request::malformed"),
            ("revision=-1", 400, "request::malformed"),
            ("as_of=yesterday", 400, "request::malformed"),
            ("as_of=2024-04-10T12:00:00", 400, "request::malformed"),
            ("as_of=2024-13-40T12:00:00Z", 400, "request::malformed"),
            ("as_of=0001-01-01T00:00:00%2B14:00", 400, "request::malformed"),
            ("as_of=2000-01-01T00:00:00Z", 404, "revision::unknown"),
            ("revision=1&as_of=2024-04-10T12:00:00Z", 400, "request::malformed"),
            ("revison=1", 400, "request::unknown-field"),
        ],
    )
    def test_bad_parameters(self, client: Client, query: str, status: int, code: str) -> None:
        reply = client.get(f"/api/v1/table?{query}")
        assert (reply.status_code, reply.json()["code"]) == (status, code)
        assert reply["Content-Type"] == "application/problem+json"


class TestStackTable:
    def test_holds_this_stack_alone_and_its_own_digest(self, client: Client) -> None:
        body = client.get("/api/v1/stacks/scalingo-20/table").json()
        assert [stack["name"] for stack in body["table"]["stacks"]] == ["scalingo-20"]
        assert body["digest"] == digest(body["table"])

    def test_unknown(self, client: Client) -> None:
        reply = client.get("/api/v1/stacks/scalingo-99/table")
        assert (reply.status_code, reply.json()["code"]) == (404, "stack::unknown")


class TestRevisions:
    def test_newest_first(self, client: Client) -> None:
        body = client.get("/api/v1/revisions").json()
        assert body["next"] is None
        assert [row["number"] for row in body["results"]] == [2, 1]
        assert set(body["results"][0]) >= {"number", "digest", "message", "published_by", "published_at"}

    def test_one_tells_what_it_changed(self, client: Client) -> None:
        changes = client.get("/api/v1/revisions/2").json()["changes"]
        assert changes == client.get("/api/v1/revisions/1/diff/2").json()["changes"]
        assert {"added", "changed"} <= {change["kind"] for change in changes}

    def test_a_diff_has_a_direction(self, client: Client) -> None:
        there = client.get("/api/v1/revisions/1/diff/2").json()["changes"]
        back = client.get("/api/v1/revisions/2/diff/1").json()["changes"]
        assert there[0] == {
            "kind": "changed", "stack": None, "series": None, "version": None,
            "field": "default_stack", "before": "scalingo-14", "after": "scalingo-22",
        }  # fmt: skip
        assert (back[0]["before"], back[0]["after"]) == ("scalingo-22", "scalingo-14")

    @pytest.mark.parametrize("path", ["revisions", "revisions/1", "revisions/1/diff/2"])
    def test_answers_are_kept_by_etag(self, client: Client, path: str) -> None:
        reply = client.get(f"/api/v1/{path}")
        again = client.get(f"/api/v1/{path}", headers={"If-None-Match": reply["ETag"]})
        assert (again.status_code, again.content, again["X-Table-Revision"]) == (304, b"", reply["X-Table-Revision"])
        assert client.head(f"/api/v1/{path}")["ETag"] == reply["ETag"]
        assert ("immutable" in reply["Cache-Control"]) is (path != "revisions")

    @pytest.mark.parametrize("query", ["before=x", "before=-1", "page=2"])
    def test_bad_parameters_of_the_list(self, client: Client, query: str) -> None:
        assert client.get(f"/api/v1/revisions?{query}").status_code == 400

    def test_the_list_goes_on_below_a_number(self, client: Client) -> None:
        assert [row["number"] for row in client.get("/api/v1/revisions?before=2").json()["results"]] == [1]

    def test_unknown(self, client: Client) -> None:
        assert client.get("/api/v1/revisions/9").json()["code"] == "revision::unknown"
        assert client.get("/api/v1/revisions/1/diff/9").json()["code"] == "revision::unknown"


class TestDocumentation:
    def test_is_public_even_when_the_table_is_not(self, client: Client, settings: Settings) -> None:
        settings.TABLE_REQUIRES_TOKEN = True
        assert client.get("/api/v1/table").status_code == 401
        assert client.get("/exports/docs.md").status_code == 200
        assert client.get("/exports/docs.html").status_code == 200

    def test_states_the_current_table(self, client: Client) -> None:
        reply = client.get("/exports/docs.md")
        assert reply["Content-Type"] == "text/markdown; charset=utf-8"
        assert "| 3.8 | up to `3.8.19` | unsupported |" in reply.text

    def test_of_an_older_revision(self, client: Client) -> None:
        assert "| 2.7 | up to `2.7.15` |" in client.get("/exports/docs.md?revision=1").text

    def test_of_each_document_that_is_shipped(self, client: Client) -> None:
        """Imported one over the other, each is a revision whose page reads as the platform's own did."""
        rows: dict[str, dict[str, list[str | None]]] = {
            "2018-documented": {"3.6": ["3.6.6"], "2.7": ["2.7.15"]},
            "2024-documented": {
                "3.12": ["3.12.3"] * 2, "3.11": ["3.11.9"] * 2, "3.10": ["3.10.14"] * 2, "3.9": ["3.9.19"] * 2,
                "3.8": ["3.8.19", None],
            },
            "2026-08-current": {
                "3.14": ["3.14.7"] * 3, "3.13": ["3.13.15"] * 3, "3.12": ["3.12.14"] * 3, "3.11": ["3.11.16"] * 3,
                "3.10": ["3.10.21"] * 3,
            },
        }  # fmt: skip
        for name, series in rows.items():
            import_table(document=shipped_document(name))
            publish_pending(message=name, actor=Actor("anna"))
            page = client.get("/exports/docs.md").text
            lines = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line][1:]
            assert lines == [
                f"| {number} | "
                + " | ".join(f"up to `{version}`" if version else "unsupported" for version in cells)
                + " |"
                for number, cells in series.items()
            ]

    def test_is_kept_by_etag(self, client: Client) -> None:
        etag = client.get("/exports/docs.html")["ETag"]
        assert client.get("/exports/docs.html", headers={"If-None-Match": etag}).status_code == 304


class TestArchives:
    CONTENT = bytes(range(256)) * 4

    @pytest.fixture(autouse=True)
    def _stored(self, settings: Settings, tmp_path: str) -> None:
        settings.STORAGES = settings.STORAGES | {
            "artifacts": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": str(tmp_path)},
            }
        }
        archive = store_archive(
            source=ContentFile(self.CONTENT), archive_format="tar.gz", verification={}, is_verified=True, actor=ANNA
        )
        self.address = f"/exports/by-sha256/{archive.sha256}"
        attach_archive(stack="scalingo-22", version=Version(3, 12, 4), arch="amd64", archive=archive)

    def fetch(self, client: Client, **headers: str) -> tuple[int, bytes]:
        reply = client.get(self.address, headers={name.replace("_", "-"): value for name, value in headers.items()})
        return reply.status_code, reply.getvalue()

    def test_bytes(self, client: Client) -> None:
        assert self.fetch(client) == (200, self.CONTENT)

    @pytest.mark.parametrize(
        ("wanted", "status", "part"),
        [
            ("bytes=0-9", 206, slice(0, 10)),
            ("bytes=1000-", 206, slice(1000, None)),
            ("bytes=-24", 206, slice(-24, None)),
            ("bytes=1000-9999", 206, slice(1000, None)),
            ("bytes=-9999", 206, slice(None)),
            ("bytes=9-0", 200, slice(None)),
            ("bytes=0-1,5-6", 200, slice(None)),
            ("lines=0-1", 200, slice(None)),
        ],
    )
    def test_ranges(self, client: Client, wanted: str, status: int, part: slice) -> None:
        assert self.fetch(client, range=wanted) == (status, self.CONTENT[part])

    @pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
    def test_ranges_beyond_the_end(self, client: Client, wanted: str) -> None:
        reply = client.get(self.address, headers={"Range": wanted})
        assert (reply.status_code, reply["Content-Range"]) == (416, "bytes */1024")

    def test_a_changed_file_is_sent_whole(self, client: Client) -> None:
        assert self.fetch(client, range="bytes=0-9", if_range='"other"')[0] == 200

    def test_known_is_304(self, client: Client) -> None:
        sha256 = self.address.rpartition("/")[2]
        assert self.fetch(client, if_none_match=f'"{sha256}"') == (304, b"")

    def test_unknown(self, client: Client) -> None:
        reply = client.get("/exports/by-sha256/" + "0" * 64)
        assert (reply.status_code, reply.json()["code"]) == (404, "artifact::unknown")

    def test_withdrawn(self, client: Client) -> None:
        Release.objects.filter(version="3.12.4").update(status="withdrawn", reason="malware")
        assert self.fetch(client)[0] == 404

    def test_half_written_by_a_crash_is_replaced(self, client: Client, tmp_path: str) -> None:
        name = self.address.rpartition("/")[2]
        with open(f"{tmp_path}/{name[:2]}/{name}", "wb") as file:  # noqa: PTH123
            file.write(b"half")
        store_archive(
            source=ContentFile(self.CONTENT), archive_format="tar.gz", verification={}, is_verified=True, actor=ANNA
        )
        assert self.fetch(client) == (200, self.CONTENT)


def test_canonical_form_is_what_is_stored(client: Client) -> None:
    stored = Revision.objects.get(number=2).document
    assert stored.encode() == canonical_json(json.loads(stored))
