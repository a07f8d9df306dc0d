"""A portal with a published table and something pending, as page tests start from."""

import hashlib

from django.utils import timezone

from builds.models import App, Build
from tests.tables import shipped_document
from versions.domain.actor import Actor
from versions.domain.table import ArtifactEntry, ReleaseEntry
from versions.domain.version import Version
from versions.models import StoredArchive
from versions.selectors.published import PublishedTable
from versions.services.pending import import_table, write_release
from versions.services.publishing import publish_pending

SOMEBODY = Actor("somebody")


def publish_shipped(name: str = "2024-documented", message: str = "As documented in 2024") -> PublishedTable:
    import_table(document=shipped_document(name))
    return publish_waiting(message)


def publish_waiting(message: str = "What waited") -> PublishedTable:
    revision = publish_pending(message=message, actor=SOMEBODY)
    assert revision is not None
    return revision


def leave_pending(version: str = "3.12.4", stack: str = "scalingo-22", *, is_verified: bool = True) -> None:
    """A release that waits, with a verified archive or with none at all."""
    number = Version.parse(version)
    assert number is not None
    write_release(stack=stack, release=verified_release(number) if is_verified else ReleaseEntry(number))


def verified_release(version: Version) -> ReleaseEntry:
    """A release with an archive that the portal knows as verified. (Its bytes are nowhere; no test asks for them.)"""
    sha256 = hashlib.sha256(str(version).encode()).hexdigest()
    StoredArchive.objects.get_or_create(
        sha256=sha256, defaults={"size": 1, "format": "tar.gz", "is_verified": True, "stored_by": "a test"}
    )
    artifact = ArtifactEntry("amd64", "tar.gz", f"/exports/by-sha256/{sha256}", sha256, 1)
    return ReleaseEntry(version, artifacts=(artifact,))


def report_builds(count: int, *, app: str = "shop", status: str = "succeeded", failure_code: str = "") -> None:
    """Builds that are over, a minute apart, on Python 3.8.19 (whose fixes ended)."""
    now = timezone.now()
    owner, _is_new = App.objects.get_or_create(name=app)
    first = owner.builds.count() + 1
    Build.objects.bulk_create(
        Build(
            app=owner,
            number=number,
            stack="scalingo-20",
            arch="amd64",
            status=status,
            failure_code=failure_code,
            requested_by_name="a test",
            python_version="3.8.19",
            python_major=3,
            python_minor=8,
            python_patch=19,
            created_at=now,
            started_at=now,
            finished_at=now,
        )
        for number in range(first, first + count)
    )
