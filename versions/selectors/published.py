"""The published table, now and at any time before, and the list of its revisions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from versions.domain.document import read_table
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.models import Revision

CACHED_REVISIONS = 16  # tables parsed and held in a process; revisions never change, so nothing has to be expired


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A revision without its document."""

    number: int
    digest: str
    previous_digest: str
    message: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class PublishedTable(RevisionRow):
    """A revision with its table: as the value, and as the canonical JSON that the digest was taken over."""

    table: Table
    document: bytes


def published_table(number: int | None = None, as_of: datetime | None = None) -> PublishedTable:
    """The table of revision `number`, of the moment `as_of`, or the current one. One query, two the first time.

    Raises Refusal `revision::unknown` when there is no such revision, or none yet.
    """
    rows = Revision.objects.newest_first()
    if number is not None:
        rows = rows.filter(number=number) if 1 <= number < 2**31 else rows.none()
    elif as_of is not None:
        rows = rows.out_at(as_of)
    key = rows.values_list("number", "digest", "published_at").first()
    if key is None:
        raise _unknown(number, as_of)
    return _revision(*key)


def current_number() -> int | None:
    """The number of the newest revision, None before the first: one look at an index."""
    return Revision.objects.newest_first().values_list("number", flat=True).first()


def revision_rows(*, before: int | None = None, limit: int = 50) -> list[RevisionRow]:
    """Revisions newest first, at most `limit`, those below number `before` when it is given."""
    rows = Revision.objects.newest_first().defer("document")
    return [_row(revision) for revision in (rows.filter(number__lt=before) if before else rows)[:limit]]


def every_revision_row() -> Iterator[RevisionRow]:
    """All revisions, newest first, read in batches as they are taken."""
    for revision in Revision.objects.newest_first().defer("document").iterator(chunk_size=200):
        yield _row(revision)


def revision_row(number: int) -> RevisionRow | None:
    """One revision without its document, None when there is none of this number."""
    revision = Revision.objects.filter(number=number).defer("document").first()
    return None if revision is None else _row(revision)


@lru_cache(maxsize=CACHED_REVISIONS)
def _revision(number: int, digest: str, published_at: datetime) -> PublishedTable:
    """One revision, read and parsed once in a process.

    Digest and instant are part of the key, because a number that was rolled back with its transaction is given again.
    """
    revision = Revision.objects.get(number=number, digest=digest, published_at=published_at)
    return PublishedTable(
        number=revision.number,
        digest=revision.digest,
        previous_digest=revision.previous_digest,
        message=revision.message,
        published_at=revision.published_at,
        published_by=revision.published_by_name,
        table=read_table(json.loads(revision.document)),
        document=revision.document.encode(),
    )


def _row(revision: Revision) -> RevisionRow:
    return RevisionRow(
        number=revision.number,
        digest=revision.digest,
        previous_digest=revision.previous_digest,
        message=revision.message,
        published_at=revision.published_at,
        published_by=revision.published_by_name,
    )


def _unknown(number: int | None, as_of: datetime | None) -> Refusal:
    wanted = str(number) if number is not None else f"of {as_of.isoformat()}" if as_of else "current"
    return Refusal("revision::unknown", number=wanted)
