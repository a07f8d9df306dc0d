"""Archives from a release pipeline over HTTP, and the addresses where buildpacks look for them."""

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from portal.services import issue_token
from tests.api.versions.answers import body_of
from tests.tables import small_table
from tests.unit.archives.archives import archive, member
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.table import ReleaseEntry, ReleaseStatus
from versions.domain.version import Version
from versions.models import ArchiveJob, StoredArchive
from versions.services.archive_work import run_job
from versions.services.archives import attach_archive, store_archive
from versions.services.pending import import_table, write_release
from versions.services.publishing import publish_pending

ANNA = Actor("anna")
DATA = b"not an archive"
SHA256 = hashlib.sha256(DATA).hexdigest()
PLACE = f"/api/v1/artifacts/{SHA256}"
QUERY = "stack=stack-22&version=3.12.4&arch=amd64"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(tmp_path: Path, settings: Settings) -> None:
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": place}
    import_table(document=table_document(small_table("3.12.3")))
    publish_pending(message="first", actor=ANNA)


def pipeline(*stacks: str, scope: str = "artifacts:write") -> Client:
    _token, secret = issue_token(name=f"pipeline-{uuid4().hex}", scopes=[scope], stacks=stacks, actor=ANNA)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def put(client: Client, data: bytes, query: str = QUERY, place: str = PLACE, **headers: str) -> Any:
    """As `curl -T` sends it, which names no type."""
    return client.generic("PUT", f"{place}?{query}", data, content_type="", headers=headers)


class TestUpload:
    def test_one_piece_after_the_other_and_what_became_of_it(self) -> None:
        client = pipeline()
        assert client.get(PLACE).json()["code"] == "artifact::unknown"
        first = put(client, DATA[:5], **{"Upload-Offset": "0"})
        assert (first.status_code, first["Upload-Offset"], first.json()["state"]) == (202, "5", "uploading")
        again = put(client, DATA[:5], **{"Upload-Offset": "0"})
        assert (again.status_code, again["Upload-Offset"]) == (200, "5")
        gap = put(client, DATA[7:], **{"Upload-Offset": "7"})
        assert (gap.status_code, gap["Upload-Offset"], gap.json()["code"]) == (416, "5", "artifact::wrong-offset")
        other = put(client, b"other", **{"Upload-Offset": "0"})
        assert (other.status_code, other.json()["code"]) == (409, "artifact::conflict")
        asked = client.head(PLACE)
        assert (asked.status_code, asked["Upload-Offset"]) == (200, "5")
        last = put(client, DATA[5:], **{"Upload-Offset": "5"})
        assert (last.status_code, last["Upload-Offset"], last.json()["state"]) == (202, "14", "verifying")

        run_job(job_id=last.json()["id"])
        found = client.get(f"{PLACE}?{QUERY}").json()
        assert (found["state"], found["failure"]["code"]) == ("refused", "artifact::unreadable")

    def test_the_whole_at_once(self) -> None:
        whole = put(pipeline(), DATA)
        assert (whole.status_code, whole["Upload-Offset"], whole.json()["state"]) == (202, "14", "verifying")

    def test_another_hash_than_announced(self) -> None:
        wrong = put(pipeline(), DATA, place=f"/api/v1/artifacts/{'0' * 64}")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "artifact::hash-mismatch")
        assert StoredArchive.objects.count() == 0

    def test_an_upload_is_dropped_when_its_sender_says_so(self) -> None:
        client = pipeline()
        put(client, DATA[:5], **{"Upload-Offset": "0"})
        assert client.delete(f"{PLACE}?{QUERY}").status_code == 204
        again = put(client, DATA, f"{QUERY}&format=tar.gz", **{"Upload-Offset": "0"})
        assert (again.json()["state"], again.json()["format"]) == ("verifying", "tar.gz")

    @pytest.mark.parametrize(
        ("query", "place", "headers", "status"),
        [
            ("stack=stack-22&version=3.12", PLACE, {}, 400),
            ("version=3.12.4", PLACE, {}, 400),
            ("stack=stack-22&version=3.12.4&arch=a%00b", PLACE, {}, 400),
            ("stack=stack-22&version=3.12.4&format=zip", PLACE, {}, 400),
            (f"{QUERY}&colour=red", PLACE, {}, 400),
            ("stack=no-22&version=3.12.4", PLACE, {}, 404),
            (QUERY, "/api/v1/artifacts/abc", {}, 400),
            (QUERY, PLACE, {"Upload-Offset": "-1"}, 400),
            (QUERY, PLACE, {"Upload-Offset": "\u0663"}, 400),
            (QUERY, PLACE, {"Upload-Length": str(10**15)}, 413),
            (QUERY, PLACE, {"Upload-Offset": "99"}, 416),
        ],
    )
    def test_a_lie_in_every_field(self, query: str, place: str, headers: dict[str, str], status: int) -> None:
        reply = put(pipeline(), DATA, query, place, **headers)
        assert (reply.status_code, reply["Content-Type"]) == (status, "application/problem+json")

    def test_who_may(self) -> None:
        assert put(Client(), DATA).status_code == 401
        assert put(pipeline(scope="builds:write"), DATA).status_code == 403
        limited = put(pipeline("stack-20"), DATA)
        assert (limited.status_code, limited.json()["code"]) == (404, "stack::unknown")
        put(pipeline("stack-22"), DATA)
        assert pipeline("stack-20").get(PLACE).status_code == 404
        assert pipeline("stack-22").get(PLACE).status_code == 200


def kept(path: Path, version: str, *, root: str = "", archive_format: str = "tar.zst") -> bytes:
    """A stored archive of the release; its bytes."""
    number = Version.parse(version)
    assert number is not None
    archive(path, member("bin/python3", version.encode(), mode=0o755))
    with path.open("rb") as source:
        stored = store_archive(
            source=source, archive_format=archive_format, verification={"root": root}, is_verified=True, actor=ANNA
        )  # fmt: skip
    attach_archive(stack="stack-22", version=number, arch="amd64", archive=stored)
    return path.read_bytes()


class TestWhereBuildpacksLook:
    BASE = "/python-{}-ubuntu-22.04-amd64.tar.zst"
    STACK = "/stack-22/runtimes/python-{}.tar.gz"

    def test_flat_archives_of_published_releases(self, tmp_path: Path, client: Client) -> None:
        data = kept(tmp_path / "a", "3.12.4")
        older = kept(tmp_path / "b", "3.12.5", archive_format="tar.gz")
        place = self.BASE.format("3.12.4")
        assert client.get(place).status_code == 404  # pending alone
        publish_pending(message="second", actor=ANNA)
        reply = client.get(place)
        assert (reply.status_code, body_of(reply), reply["Content-Length"]) == (200, data, str(len(data)))
        part = client.get(place, headers={"Range": "bytes=10-19"})
        assert (part.status_code, body_of(part)) == (206, data[10:20])
        head = client.head(place)
        assert (head.status_code, body_of(head), head["Content-Length"]) == (200, b"", str(len(data)))
        assert client.get(place, headers={"If-None-Match": reply["ETag"]}).status_code == 304
        assert body_of(client.get(self.STACK.format("3.12.5"))) == older
        for wrong in (
            self.BASE.format("3.12.5"), self.STACK.format("3.12.4"), self.BASE.format("3.12.3"),
            self.BASE.format("three"), self.BASE.format("3.12.4").replace("22.04", "20.04"),
            self.BASE.format("3.12.4").replace("amd64", "arm64"), self.STACK.format("3.12.5").replace("22", "24"),
        ):  # fmt: skip
            assert client.get(wrong).status_code == 404, wrong

    def test_withdrawn_or_in_a_folder_is_404(self, tmp_path: Path, client: Client) -> None:
        kept(tmp_path / "a", "3.12.4")
        kept(tmp_path / "b", "3.12.5", root="python")
        publish_pending(message="second", actor=ANNA)
        assert client.get(self.BASE.format("3.12.5")).json()["code"] == "artifact::not-here"
        assert client.get(self.BASE.format("3.12.4")).status_code == 200
        write_release(
            stack="stack-22", release=ReleaseEntry(Version(3, 12, 4), status=ReleaseStatus.WITHDRAWN, reason="broken")
        )
        publish_pending(message="third", actor=ANNA)
        assert client.get(self.BASE.format("3.12.4")).status_code == 404

    def test_a_token_where_the_table_needs_one(self, settings: Settings, client: Client) -> None:
        settings.TABLE_REQUIRES_TOKEN = True
        assert client.get(self.BASE.format("3.12.3")).status_code == 401


def test_the_upload_of_a_pieces_sender_is_one_job() -> None:
    """Two at once share the upload; neither loses a byte."""
    client = pipeline()
    put(client, DATA[:5], **{"Upload-Offset": "0"})
    assert put(client, DATA).status_code == 202
    assert ArchiveJob.objects.count() == 1
