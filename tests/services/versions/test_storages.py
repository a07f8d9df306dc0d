"""Archives in a bucket: stored, served in part, replaced when half-written, through a stand-in that speaks S3."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.test import Client
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from portal import env
from tests.api.versions.answers import body_of
from versions import tasks
from versions.domain.actor import Actor
from versions.models import StoredArchive
from versions.selectors.archives import archive_name
from versions.services.archives import store_archive
from versions.services.orphans import remove_orphans

DATA = bytes(range(256)) * 2000
# boto3's urllib3 keeps its connections for the next call.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture(params=["folder", "bucket"])
def storage(
    request: pytest.FixtureRequest,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Each kind of storage, as ARTIFACT_STORAGE names it."""
    folder = tmp_path_factory.mktemp("artifacts")
    if request.param == "folder":
        monkeypatch.setenv("ARTIFACT_STORAGE", str(folder))
        settings.STORAGES = {**settings.STORAGES, "artifacts": described()}
        yield
        return
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("ARTIFACT_STORAGE", f"s3://kept/below?region=us-east-1&endpoint=http://{host}:{port}")
        settings.STORAGES = {**settings.STORAGES, "artifacts": described()}
        storages["artifacts"].connection.create_bucket(Bucket="kept")  # type: ignore[attr-defined]
        yield
    finally:
        server.stop()


def described() -> dict[str, object]:
    return env.storage("ARTIFACT_STORAGE", default=None, access_key="name", secret_key="word")  # type: ignore[arg-type]


def stored() -> StoredArchive:
    return store_archive(
        source=io.BytesIO(DATA), archive_format="tar.gz", verification={}, is_verified=True, actor=Actor("anna")
    )


def test_stored_served_whole_and_in_part_and_mended(storage: None, client: Client) -> None:
    archive = stored()
    place = f"/exports/by-sha256/{archive.sha256}"
    whole = client.get(place)
    assert (whole.status_code, whole["Content-Length"], body_of(whole)) == (200, str(len(DATA)), DATA)
    part = client.get(place, headers={"Range": "bytes=300000-300099"})
    assert (part.status_code, body_of(part)) == (206, DATA[300000:300100])
    assert body_of(client.get(place, headers={"Range": "bytes=-5"})) == DATA[-5:]
    head = client.head(place)
    assert (head.status_code, head["Content-Length"], body_of(head)) == (200, str(len(DATA)), b"")
    assert client.get(place, headers={"Range": f"bytes={len(DATA)}-"}).status_code == 416

    kept = storages["artifacts"]
    name = archive_name(archive.sha256)
    kept.delete(name)
    assert client.get(place).status_code == 404
    kept.save(name, io.BytesIO(DATA[:10]))  # what a crash leaves
    stored()
    assert body_of(client.get(place)) == DATA


def test_files_that_a_crash_left_without_a_row_are_removed(storage: None) -> None:
    kept, archive = storages["artifacts"], stored()
    orphan, others = archive_name("0f" * 32), ["readme", "0f/readme", f"ab/{'0f' * 32}", f"0f/{'0F' * 32}"]
    assert remove_orphans(kept_for=timedelta()) == 0
    for name in (orphan, *others):
        kept.save(name, io.BytesIO(b"bytes"))
    assert remove_orphans() == 0  # young: its row may be on the way
    assert remove_orphans(kept_for=timedelta()) == 1
    assert not kept.exists(orphan)
    assert all(kept.exists(name) for name in (archive_name(archive.sha256), *others))


def test_nothing_is_removed_where_nothing_was_stored(storage: None, settings: Settings) -> None:
    assert tasks.remove_orphans() == 0
    assert settings.CELERY_BEAT_SCHEDULE["remove-orphans"]["task"] == tasks.remove_orphans.name


@pytest.mark.parametrize("address", ["s3://", "s3://bucket?colour=red", "ftp://host/folder"])
def test_an_address_that_is_not_understood(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTIFACT_STORAGE", address)
    with pytest.raises(env.SettingError, match="ARTIFACT_STORAGE"):
        described()
