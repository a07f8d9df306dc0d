"""Source archives: kept by content, removed when old and not needed."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django.fixtures import Settings

from builds.domain.caller import Caller
from builds.models import Build, StoredSource
from builds.selectors.sources import source_name, stored_source
from builds.services import claim_build, create_build, request_cancel
from builds.services.sources import keep_source, remove_old_sources
from tests.reporting import BUILDER, OTHER_STACK, STACK, ApiBuilder, order, publish_two_stacks
from tests.services.builds.test_builds_at_once import at_once
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal

DATA = b"an archive of an app" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Path:
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return tmp_path / "files"


def kept(files: Path) -> list[str]:
    return sorted(path.name for path in files.rglob("*") if path.is_file())


def keep(data: bytes = DATA, *, caller: Caller = BUILDER, sha256: str = "") -> bool:
    wanted = sha256 or hashlib.sha256(data).hexdigest()
    return keep_source(sha256=wanted, read=io.BytesIO(data).read, limit_bytes=len(DATA), caller=caller).is_new


def grow_old() -> None:
    StoredSource.objects.update(uploaded_at=timezone.now() - timedelta(days=8))


@pytest.mark.django_db
class TestKeeping:
    def test_bytes_are_kept_once_under_their_hash(self, files: Path) -> None:
        assert keep()
        assert not keep()
        assert kept(files) == [SHA256]
        with stored_source(sha256=SHA256, caller=BUILDER) as file:
            assert file.read() == DATA

    @pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"x"])
    def test_other_bytes_leave_nothing(self, data: bytes, files: Path) -> None:
        with pytest.raises(Refusal, match=r"source::digest-mismatch|request::too-large"):
            keep(data, sha256=SHA256)
        assert kept(files) == []
        assert not StoredSource.objects.exists()

    def test_a_file_that_a_crash_left_half_written_is_replaced(self, files: Path) -> None:
        path = files / source_name(SHA256)
        path.parent.mkdir(parents=True)
        path.write_bytes(DATA[:100])
        assert keep()
        assert path.read_bytes() == DATA

    def test_a_row_whose_file_is_gone_is_unknown_until_it_is_sent_again(self, files: Path) -> None:
        keep()
        default_storage.delete(source_name(SHA256))
        with pytest.raises(Refusal, match="source::unknown"):
            stored_source(sha256=SHA256, caller=BUILDER)
        assert not keep()
        assert kept(files) == [SHA256]

    def test_old_ones_go_unless_a_build_in_progress_needs_them(self, files: Path) -> None:
        publish_two_stacks()
        keep()
        assert remove_old_sources(days=7) == []
        grow_old()
        wanted = order(is_queued=True)
        wanted.source["sha256"] = SHA256
        build = create_build(order=wanted, caller=BUILDER)
        assert remove_old_sources(days=7) == []
        claim_build(build_id=build.id, builder={}, caller=BUILDER)
        assert remove_old_sources(days=7) == []
        other = create_build(order=wanted, caller=BUILDER)
        request_cancel(build_id=other.id, caller=BUILDER)
        Build.objects.filter(pk=build.id).update(
            status="lost", failure_code="build::lost", finished_at=timezone.now(), lease_expires_at=None
        )
        assert remove_old_sources(days=7) == [SHA256]
        assert kept(files) == []
        assert not StoredSource.objects.exists()

    def test_sent_again_it_is_young_again(self, files: Path) -> None:
        keep()
        grow_old()
        keep()
        assert remove_old_sources(days=7) == []

    def test_a_token_of_some_stacks_sees_what_is_built_there(self) -> None:
        publish_two_stacks()
        keep()
        elsewhere = Caller(Actor("token other"), "token:2", (OTHER_STACK,))
        with pytest.raises(Refusal, match="source::unknown"):
            stored_source(sha256=SHA256, caller=elsewhere)
        wanted = order(is_queued=True)
        wanted.source["sha256"] = SHA256
        create_build(order=wanted, caller=BUILDER)
        with pytest.raises(Refusal, match="source::unknown"):
            stored_source(sha256=SHA256, caller=elsewhere)
        here = Caller(Actor("token here"), "token:3", (STACK,))
        stored_source(sha256=SHA256, caller=here).close()
        keep(caller=elsewhere)
        stored_source(sha256=SHA256, caller=elsewhere).close()


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_sent_by_many_at_once_are_kept_once(transactional_db: None, files: Path) -> None:
    results = at_once(*[keep] * 6)
    assert sorted(map(str, results)) == ["False"] * 5 + ["True"]
    assert kept(files) == [SHA256]


@pytest.mark.django_db
class TestApi:
    def put(self, builder: ApiBuilder, sha256: str, data: bytes = DATA) -> tuple[int, str]:
        answer = builder.client.put(f"/api/v1/sources/{sha256}", data, content_type="application/octet-stream")
        return answer.status_code, answer.json().get("code", "")

    def test_a_source_is_sent_and_fetched(self) -> None:
        publish_two_stacks()
        builder = ApiBuilder()
        assert self.put(builder, SHA256) == (201, "")
        assert self.put(builder, SHA256) == (200, "")
        answer = builder.get(f"/sources/{SHA256}")
        assert b"".join(answer.streaming_content) == DATA
        assert answer.headers["Content-Length"] == str(len(DATA))

    def test_what_is_refused(self, settings: Settings) -> None:
        builder = ApiBuilder()
        assert self.put(builder, "0" * 64) == (422, "source::digest-mismatch")
        assert self.put(builder, "x") == (400, "request::malformed")
        assert self.put(builder, SHA256.upper()) == (400, "request::malformed")
        assert builder.get(f"/sources/{SHA256}").status_code == 404
        settings.MAX_SOURCE_BYTES = 10
        assert self.put(builder, SHA256) == (413, "request::too-large")
        reader = ApiBuilder(name="reader", scopes=("history:read",))
        assert self.put(reader, SHA256) == (403, "auth::missing-scope")
        assert reader.get(f"/sources/{SHA256}").status_code == 403

    def test_a_queued_build_tells_its_claimer_what_to_build(self) -> None:
        publish_two_stacks()
        builder = ApiBuilder()
        asked = builder.build(queue=True, source={"kind": "archive", "sha256": SHA256}, trigger="push", arch="arm64")
        assert (asked["status"], asked["fence"]) == ("queued", None)
        claimed = builder.post(f"/builds/{builder.id}/claim", {"builder": {"name": "b"}}).json()
        assert claimed["fence"]
        assert claimed["source"]["sha256"] == SHA256
        assert (claimed["app"], claimed["stack"], claimed["arch"]) == ("shop", STACK, "arm64")
        assert builder.post(f"/builds/{builder.id}/claim").json()["code"] == "build::claimed"
