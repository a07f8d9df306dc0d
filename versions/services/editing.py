"""Single edits of the pending state, from the portal's forms and from the raw data pages."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from versions.domain.canonical import digest
from versions.domain.document import table_document
from versions.domain.edits import Edit
from versions.domain.parts import part_document
from versions.domain.refusals import Fault, Refusal
from versions.domain.table import ReleaseStatus, Table
from versions.domain.version import Series as SeriesNumber
from versions.domain.version import Version
from versions.models import Artifact, Release, Series, Stack
from versions.selectors.pending import checked, pending_rows
from versions.services.locks import lock_table
from versions.services.pending import replace_pending

_ARCHIVE_FIELDS = ("preference", "arch", "format", "url", "sha256", "size")


@transaction.atomic
def apply_edit(*, edit: Edit, seen: str, outcome: str) -> Table:
    """Makes the pending state what `edit_preview` showed, and returns it.

    `seen` is `pending_digest` of the edited part when its form was opened, `outcome` the digest that was shown.
    Raises Refusal `edit::conflict` when the part or the outcome is another by now, and what `edit_preview` raises.
    """
    lock_table()
    pending = pending_rows()
    if digest({"part": part_document(pending, edit.part)}) != seen:
        raise Refusal("edit::conflict")
    table = checked(edit.applied(pending))
    if digest(table_document(table)) != outcome:
        raise Refusal("edit::conflict")
    replace_pending(table=table)
    return table


@transaction.atomic
def save_edit(*, row: Stack | Series | Release | Artifact) -> None:
    """Saves one edited row; numbers that sort are taken from the text beside them.

    Imported history is vouched for as it was imported: what the edit makes something else is not history any more.
    Raises Refusal `request::malformed` when a version isn't one, or belongs to another series.
    """
    lock_table()
    match row:
        case Stack():
            if row.is_default:
                Stack.objects.filter(is_default=True).exclude(pk=row.pk).update(is_default=False)
        case Series():
            row.major, row.minor = _series_number(row)
        case Release():
            row.major, row.minor, row.patch = _version(row)
            row.is_imported = row.is_imported and not _offers_other_than_before(row)
        case Artifact():
            pass
    _end_exemption(row)
    row.save()


@transaction.atomic
def delete_edits(*, rows: Iterable[Stack | Series | Release | Artifact]) -> None:
    """Deletes rows of the pending state, with all that hangs below them. What is published stays published."""
    lock_table()
    for row in rows:
        row.delete()


def _offers_other_than_before(row: Release) -> bool:
    """Whether the release gets another number or place, or is offered again after it was withdrawn."""
    return not Release.objects.filter(
        Q(status=row.status) | ~Q(status=ReleaseStatus.WITHDRAWN),
        pk=row.pk, version=row.version, series_id=row.series_id,
    ).exists()  # fmt: skip


def _end_exemption(row: Stack | Series | Release | Artifact) -> None:
    """Releases below the row are no imported history any more when the row gives them another archive or place."""
    if isinstance(row, Artifact):
        told = {name: getattr(row, name) for name in (*_ARCHIVE_FIELDS, "release_id")}
        if not Artifact.objects.filter(pk=row.pk, **told).exists():
            Release.objects.filter(pk=row.release_id, is_imported=True).update(is_imported=False)
    elif isinstance(row, Series) and not Series.objects.filter(pk=row.pk, stack_id=row.stack_id).exists():
        Release.objects.filter(series_id=row.pk, is_imported=True).update(is_imported=False)


def _series_number(row: Series) -> SeriesNumber:
    number = SeriesNumber.parse(row.name)
    if number is None:
        raise _malformed("name", f"{row.name!r} is not a series such as 3.12")
    return number


def _version(row: Release) -> Version:
    version = Version.parse(row.version)
    if version is None:
        raise _malformed("version", f"{row.version!r} is not a release such as 3.12.3")
    if version.series != (row.series.major, row.series.minor):
        raise _malformed("version", f"{version} does not belong to series {row.series.name}")
    return version


def _malformed(name: str, problem: str) -> Refusal:
    return Refusal("request::malformed", faults=(Fault(name, problem),))
