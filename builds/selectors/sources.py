"""Stored source archives, for builders that fetch them."""

from django.core.files import File
from django.core.files.storage import default_storage

from builds.domain.caller import Caller
from builds.models import Build, StoredSource
from versions.domain.refusals import Refusal


def source_name(sha256: str) -> str:
    """Where the bytes lie in the storage."""
    return f"sources/{sha256[:2]}/{sha256}"


def stored_source(*, sha256: str, caller: Caller) -> File[bytes]:
    """The open file. Who is for some stacks only gets what it sent itself, and what builds in progress there name.

    Raises Refusal `source::unknown`, also when the bytes are gone.
    """
    row = StoredSource.objects.filter(sha256=sha256).first()
    if row is None or not _may_read(row, caller):
        raise Refusal("source::unknown", sha256=sha256)
    try:
        found: File[bytes] = default_storage.open(source_name(sha256), "rb")
    except FileNotFoundError as error:
        raise Refusal("source::unknown", sha256=sha256) from error
    return found


def _may_read(row: StoredSource, caller: Caller) -> bool:
    if not caller.stacks or row.uploaded_by_key == caller.key:
        return True
    builds = Build.objects.all().in_progress().on_stacks(caller.stacks)
    return builds.filter(source__sha256=row.sha256).exists()
