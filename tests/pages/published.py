"""A portal with a published table and something pending, as page tests start from."""

from django.utils import timezone

from builds.models import App, Build
from tests.tables import shipped_document
from versions.domain.actor import Actor
from versions.domain.table import ReleaseEntry
from versions.domain.version import Version
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


def leave_pending(version: str = "3.12.4", stack: str = "scalingo-22") -> None:
    number = Version.parse(version)
    assert number is not None
    write_release(stack=stack, release=ReleaseEntry(number))


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
