"""Archives fetched from an address, and mirrored from where the table points at, as far as the services decide."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.services.versions.targets import files, real_target, target
from tests.unit.archives.archives import archive, member
from tests.unit.archives.interpreters import packed_interpreter
from tests.unit.archives.shaped import upstream_archive
from tests.unit.builder.stand_in import Answer, Request, always, stand_in
from tests.upstream import Upstream, serving_upstream
from versions.archives.formats import ArchiveFormat
from versions.archives.repacking import repack
from versions.domain.actor import Actor
from versions.domain.archive_jobs import JobState
from versions.domain.refusals import Refusal
from versions.domain.table import ArtifactEntry, ReleaseEntry
from versions.domain.version import Version
from versions.models import ArchiveJob, Artifact, StoredArchive
from versions.services.archive_work import run_job
from versions.services.fetching import request_fetch
from versions.services.mirroring import request_mirror
from versions.services.pending import write_release

ANNA = Actor("anna")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_stack")]


@pytest.fixture
def upstream(tmp_path_factory: pytest.TempPathFactory, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[
    Upstream
]:  # fmt: skip
    """A server over HTTPS that the settings vouch for, with the tests' interpreter as upstream packs it."""
    archives = {"python.tar.gz": upstream_archive()}
    with serving_upstream(tmp_path_factory.mktemp("upstream"), archives) as server:
        # Its redirect leads to a host that is allowed, too, but lies on this machine.
        server.redirects["/inward"] = "https://localhost/python.tar.gz"
        settings.FETCH_HOSTS = [server.url, "localhost"]
        monkeypatch.setenv("SSL_CERT_FILE", server.variables["SSL_CERT_FILE"])
        yield server


class TestFetching:
    @pytest.mark.parametrize(
        ("path", "claimed", "code"),
        [
            ("/cut/python.tar.gz", "", "address::unreachable"),
            ("/missing", "", "address::unreachable"),
            ("/inward", "", "address::not-allowed"),
            ("/python.tar.gz", "0" * 64, "artifact::hash-mismatch"),
        ],
    )
    def test_what_does_not_come_whole_leaves_nothing(
        self, path: str, claimed: str, code: str, upstream: Upstream, tmp_path: Path
    ) -> None:
        job = request_fetch(target=real_target(), url=f"{upstream.url}{path}", claimed_sha256=claimed, actor=ANNA)
        run_job(job_id=job.pk)
        row = ArchiveJob.objects.get(pk=job.pk)
        assert (row.state, row.code) == (JobState.REFUSED, code)
        assert (StoredArchive.objects.count(), files(tmp_path)) == (0, [])

    def test_a_server_that_nobody_vouches_for_by_certificate(
        self, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")
        job = request_fetch(
            target=real_target(), url=f"{upstream.url}/python.tar.gz", claimed_sha256="", actor=ANNA
        )  # fmt: skip
        run_job(job_id=job.pk)
        row = ArchiveJob.objects.get(pk=job.pk)
        assert (row.code, row.facts["problem"]) == ("address::unreachable", "SSLCertVerificationError")

    @pytest.mark.parametrize("url", ["https://169.254.169.254/a", "http://127.0.0.1:1/a", "file:///etc/passwd"])
    def test_the_guard_stands_before_every_fetch(self, url: str) -> None:
        job = request_fetch(target=target(), url=url, claimed_sha256="", actor=ANNA)
        run_job(job_id=job.pk)
        assert ArchiveJob.objects.get(pk=job.pk).code == "address::not-allowed"

    def test_more_than_the_limit_is_cut_off(self, settings: Settings) -> None:
        settings.ARTIFACT_MAX_BYTES = 100
        with stand_in(always(Answer(body=b"0" * 101))) as server:
            settings.FETCH_HOSTS = [server.url]
            job = request_fetch(target=target(), url=server.url, claimed_sha256="", actor=ANNA)
            run_job(job_id=job.pk)
        assert ArchiveJob.objects.get(pk=job.pk).code == "address::too-large"

    def test_stopped_while_it_comes(self, settings: Settings, tmp_path: Path) -> None:
        def stop(_request: Request) -> Answer:
            return Answer(body=b"never looked at")

        with stand_in(stop) as server:
            settings.FETCH_HOSTS = [server.url]
            job = request_fetch(target=target(), url=server.url, claimed_sha256="", actor=ANNA)
            ArchiveJob.objects.filter(pk=job.pk).update(is_cancel_requested=True)
            run_job(job_id=job.pk)
        assert ArchiveJob.objects.get(pk=job.pk).state == JobState.CANCELLED
        assert files(tmp_path) == []


class TestMirroring:
    def test_repacking_is_the_same_each_time_and_flat(self, tmp_path: Path) -> None:
        source = archive(
            tmp_path / "a.tar.gz",
            member("python/install/bin/python3", b"#!", mode=0o755),
            member("python/install/lib/os.py", b"import sys"),
            member("python/build/log", b"left out"),
        )
        made = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            made.append(repack(source, tmp_path / name))
        assert [item.sha256 for item in made[0]] == [item.sha256 for item in made[1]]
        assert [item.format for item in made[0]] == [ArchiveFormat.TAR_ZST, ArchiveFormat.TAR_GZ]
        with tarfile.open(made[0][1].path) as flat:
            assert flat.getnames() == ["bin", "bin/python3", "lib", "lib/os.py"]
            assert flat.getmember("bin/python3").mode == 0o755

    @pytest.mark.long
    def test_what_the_table_points_at_is_kept_flat_in_both_formats(self, upstream: Upstream) -> None:
        packed, url = packed_interpreter(), f"{upstream.url}/python.tar.gz"
        sha256 = upstream.sha256("python.tar.gz")
        pointing = ReleaseEntry(packed.version, artifacts=(ArtifactEntry(packed.arch, "tar.gz", url, sha256, None),))
        write_release(stack="stack-22", release=pointing)
        job = request_mirror(version=packed.version, stacks=("stack-22",), actor=ANNA)
        assert request_mirror(version=packed.version, stacks=("stack-22",), actor=ANNA).pk == job.pk
        said = io.StringIO()
        call_command("artifact", "mirror", "--stack", "stack-22", "--version", str(packed.version), stdout=said)
        row = ArchiveJob.objects.get(pk=job.pk)
        assert (row.state, row.code) == (JobState.VERIFIED, "")
        kept = Artifact.objects.filter(release__version=str(packed.version)).order_by("preference")
        assert [item.format for item in kept] == ["tar.zst", "tar.gz"]
        lines = said.getvalue().splitlines()
        assert [line for line in lines if line.endswith("pending.")] == [
            f"Python {packed.version} on stack-22: {item.sha256}, pending." for item in reversed(kept)
        ]
        assert sum(line.split()[:2] == ["imports", "ok"] for line in lines) == 2
        for item in kept:
            record = StoredArchive.objects.get(sha256=item.sha256, is_verified=True).verification
            assert record["root"] == ""
            assert record["origin"] == {"url": url, "sha256": sha256, "root": "python", "is_repacked": True}
        with pytest.raises(Refusal, match="artifact::nothing-to-mirror"):
            request_mirror(version=packed.version, stacks=("stack-22",), actor=ANNA)

    def test_the_command_tells_why_nothing_was_stored(self, upstream: Upstream) -> None:
        url = f"{upstream.url}/python.tar.gz"
        pointing = ReleaseEntry(
            Version(3, 12, 4), artifacts=(ArtifactEntry("amd64", "tar.gz", url, "0" * 64, None),)
        )  # fmt: skip
        write_release(stack="stack-22", release=pointing)
        words = ("mirror", "--stack", "stack-22", "--version", "3.12.4")
        with pytest.raises(CommandError, match="artifact::hash-mismatch"):
            call_command("artifact", *words, stdout=io.StringIO())
        assert not StoredArchive.objects.exists()

    def test_nothing_to_mirror(self) -> None:
        for version, code in (("3.12.3", "artifact::nothing-to-mirror"), ("3.12.9", "release::unknown")):
            number = Version.parse(version)
            assert number is not None
            with pytest.raises(Refusal, match=code):
                request_mirror(version=number, stacks=("stack-22",), actor=ANNA)
