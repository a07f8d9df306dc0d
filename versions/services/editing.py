"""Single edits of the pending state, as the raw data pages make them."""

from collections.abc import Iterable

from django.db import transaction

from versions.domain.refusals import Fault, Refusal
from versions.domain.version import Series as SeriesNumber
from versions.domain.version import Version
from versions.models import Artifact, Release, Series, Stack
from versions.services.locks import lock_table


@transaction.atomic
def save_edit(*, row: Stack | Series | Release | Artifact) -> None:
    """Saves one edited row; numbers that sort are taken from the text beside them.

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
        case Artifact():
            pass
    row.save()


@transaction.atomic
def delete_edits(*, rows: Iterable[Stack | Series | Release | Artifact]) -> None:
    """Deletes rows of the pending state, with all that hangs below them. What is published stays published."""
    lock_table()
    for row in rows:
        row.delete()


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
