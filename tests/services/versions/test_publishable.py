"""Which releases may be published: those with verified archives, and history as long as it is history."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.tables import small_stack, small_table
from tests.unit.archives.archives import archive, member
from versions.domain.actor import Actor
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.domain.table import ArtifactEntry, ReleaseEntry, ReleaseStatus, Table
from versions.domain.version import Version
from versions.models import Artifact, Release, Series, Stack
from versions.selectors.pending import pending_rows
from versions.selectors.published import published_table
from versions.selectors.verified import unverified_releases
from versions.services.archives import attach_archive, store_archive, update_verification
from versions.services.editing import save_edit
from versions.services.pending import import_table, write_release
from versions.services.publishing import publish_pending, roll_back

ANNA = Actor("anna")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_stack")]


class TestWhatMayBePublished:
    def test_yanked_and_other_architectures_need_archives_too(self) -> None:
        publish_pending(message="history", actor=ANNA)
        current = published_table().table
        yanked = ReleaseEntry(Version(3, 12, 4), status=ReleaseStatus.YANKED, reason="for exact requests")
        write_release(stack="stack-22", release=yanked)
        assert [str(part.version) for part in unverified_releases(current, pending_rows())] == ["3.12.4"]

    def test_an_archive_counts_for_the_release_that_it_was_verified_as(self, tmp_path: Path) -> None:
        publish_pending(message="history", actor=ANNA)
        path = archive(tmp_path / "a.tar.gz", member("bin/python3", b"#!/bin/sh\n", mode=0o755))
        with path.open("rb") as source:
            kept = store_archive(
                source=source, archive_format="tar.gz", verification={"version": "3.12.4", "arch": "amd64"},
                is_verified=True, actor=ANNA,
            )  # fmt: skip
        attach_archive(stack="stack-22", version=Version(3, 12, 5), arch="amd64", archive=kept)
        with pytest.raises(Refusal, match="publish::not-verified"):
            publish_pending(message="under another name", actor=ANNA)

    def test_rolling_back_brings_nothing_back_that_failed_since(self, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.tar.gz", member("bin/python3", b"#!/bin/sh\n", mode=0o755))
        with path.open("rb") as source:
            kept = store_archive(
                source=source, archive_format="tar.gz", verification={}, is_verified=True, actor=ANNA
            )  # fmt: skip
        attach_archive(stack="stack-22", version=Version(3, 12, 4), arch="amd64", archive=kept)
        publish_pending(message="with it", actor=ANNA)
        import_table(document=table_document(small_table("3.12.3")))
        publish_pending(message="without it", actor=ANNA)
        update_verification(sha256=kept.sha256, verification={}, is_verified=False)
        with pytest.raises(Refusal, match="publish::not-verified"):
            roll_back(number=1, message="back", actor=ANNA)

    def test_history_edited_as_raw_data_is_no_history(self) -> None:
        archive = ArtifactEntry("amd64", "tar.gz", "https://example.org/a", "a" * 64, None)
        release = ReleaseEntry(Version(3, 12, 3), artifacts=(archive,))
        stack = small_stack("3.12.3")
        import_table(
            document=table_document(
                Table(stack.name, (replace(stack, series=(replace(stack.series[0], releases=(release,)),)),))
            )
        )
        kept = Artifact.objects.get()
        save_edit(row=kept)  # as it was
        reworded = Release.objects.get()
        reworded.reason = "as documented"
        save_edit(row=reworded)
        assert unverified_releases(Table(stack.name, ()), pending_rows()) == []
        for name, value in (("sha256", "b" * 64), ("url", "https://example.org/b"), ("arch", "arm64")):
            Release.objects.update(is_imported=True)
            edited = Artifact.objects.get()
            setattr(edited, name, value)
            save_edit(row=edited)
            assert [str(part.version) for part in unverified_releases(Table(stack.name, ()), pending_rows())] == [
                "3.12.3"
            ], name
        with pytest.raises(Refusal, match="publish::not-verified"):
            publish_pending(message="edited history", actor=ANNA)

    def test_a_release_that_becomes_another_is_no_history(self) -> None:
        for changes in ({"version": "3.12.7"}, {"status": "available"}):
            Release.objects.update(is_imported=True, status="withdrawn", reason="broken")
            edited = Release.objects.get()
            for name, value in changes.items():
                setattr(edited, name, value)
            save_edit(row=edited)
            assert not Release.objects.get().is_imported, changes
        Release.objects.update(is_imported=True)
        moved = Series.objects.get()
        moved.stack = Stack.objects.create(name="stack-24", base="ubuntu-24.04", archs=["amd64"])
        save_edit(row=moved)
        assert not Release.objects.get().is_imported
