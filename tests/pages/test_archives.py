"""Archives on a release's page: uploaded without and with a script, fetched, stopped, tried again, and who may."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from tests.pages.published import publish_waiting
from tests.tables import small_table
from versions.domain.document import table_document
from versions.models import ArchiveJob
from versions.services.archive_work import run_job
from versions.services.pending import import_table

PLACE = "/runtimes/releases/3.12.3/"
TARGET = {"stack": "stack-22", "arch": "amd64"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(tmp_path: Path, settings: Settings) -> None:
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "artifacts": place}
    import_table(document=table_document(small_table("3.12.3")))
    publish_waiting()


def test_a_file_is_uploaded_by_the_form_and_its_refusal_shown(publisher_page: Client) -> None:
    sent = publisher_page.post(
        f"{PLACE}archives/upload/", {**TARGET, "file": SimpleUploadedFile("p<b>y.tar.gz", b"no archive")}
    )
    assert (sent.status_code, sent["Location"]) == (302, f"{PLACE}#archives")
    job = ArchiveJob.objects.get()
    assert (job.state, job.requested_by, job.size) == ("verifying", "paul", 10)
    run_job(job_id=job.pk)
    page = publisher_page.get(PLACE).content.decode()
    assert "artifact::unreadable" in page
    assert "p&lt;b&gt;y.tar.gz" in page
    assert "data-open" not in page


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("upload", TARGET),
        ("upload", {"file": SimpleUploadedFile("a", b"x")}),
        ("upload", {**TARGET, "file": SimpleUploadedFile("a", b"")}),
        ("fetch", {**TARGET, "url": ""}),
        ("fetch", {**TARGET, "url": "https://example.org/a", "sha256": "abc"}),
        ("fetch", {**TARGET, "url": "https://example.org/a", "arch": "vax"}),
        ("mirror", {}),
        ("verify", {"sha256": "\0"}),
    ],
)
def test_what_is_missing_is_said_on_the_page(form: str, fields: dict[str, object], publisher_page: Client) -> None:
    said = publisher_page.post(f"{PLACE}archives/{form}/", fields)
    assert said.status_code == 400
    assert "request::malformed" in said.content.decode()
    assert not ArchiveJob.objects.exists()


def test_an_upload_in_pieces_goes_on_where_it_was(publisher_page: Client) -> None:
    fields = {**TARGET, "size": "10", "label": "python.tar.gz/10/1"}
    begun = publisher_page.post(f"{PLACE}archives/uploads/", fields).json()
    assert begun["offset"] == 0

    def put(data: bytes, offset: str) -> tuple[int, object]:
        reply = publisher_page.put(
            begun["address"], data, content_type="application/octet-stream", headers={"Upload-Offset": offset}
        )
        return reply.status_code, reply.json().get("offset")

    assert put(b"01234", "0") == (202, 5)
    assert publisher_page.post(f"{PLACE}archives/uploads/", fields).json() == {**begun, "offset": 5}
    assert put(b"789", "7") == (416, "5")
    assert put(b"other", "0")[0] == 409
    assert put(b"x", "")[0] == 400
    assert put(b"56789", "5") == (202, 10)
    assert ArchiveJob.objects.get().state == "verifying"


def test_an_upload_is_its_own_senders(publisher_page: Client, admin_page: Client) -> None:
    begun = publisher_page.post(f"{PLACE}archives/uploads/", {**TARGET, "size": "10", "label": "a"}).json()
    reply = admin_page.put(
        begun["address"], b"0", content_type="application/octet-stream", headers={"Upload-Offset": "0"}
    )
    assert (reply.status_code, reply.json()["code"]) == (404, "artifact::job-unknown")


def test_a_fetch_is_shown_stopped_and_tried_again(publisher_page: Client) -> None:
    fields = {**TARGET, "url": "https://127.0.0.1/python.tar.gz"}
    publisher_page.post(f"{PLACE}archives/fetch/", fields)
    job = ArchiveJob.objects.get()
    fragment = publisher_page.get(f"{PLACE}archives/progress/").content.decode()
    assert "data-open" in fragment
    assert "https://127.0.0.1/python.tar.gz" in fragment
    assert publisher_page.post(f"{PLACE}archives/{job.pk}/cancel/").status_code == 302
    assert publisher_page.post(f"/runtimes/releases/3.12.4/archives/{job.pk}/retry/").status_code == 404
    publisher_page.post(f"{PLACE}archives/{job.pk}/retry/")
    again = ArchiveJob.objects.latest("pk")
    run_job(job_id=again.pk)
    assert "address::not-allowed" in publisher_page.get(PLACE).content.decode()


def test_viewers_see_and_do_not_act(viewer_page: Client) -> None:
    page = viewer_page.get(PLACE).content.decode()
    assert re.search(r"<form[^>]*archives", page) is None
    for address in ("upload", "uploads", "fetch", "mirror", "verify", "1/cancel", "1/retry"):
        assert viewer_page.post(f"{PLACE}archives/{address}/").status_code == 403
    assert viewer_page.put(f"{PLACE}archives/uploads/1/", b"").status_code == 403
    assert Client().get(f"{PLACE}archives/progress/").status_code == 302
