"""The pending change in full: its parts, what differs in each field by field, and who edited it last."""

from dataclasses import dataclass

from versions.domain.canonical import digest
from versions.domain.difference import Change, difference
from versions.domain.document import table_document
from versions.domain.parts import Part, changed_parts, with_parts
from versions.domain.refusals import Refusal
from versions.selectors.editors import LastEdit, last_edits
from versions.selectors.field_editors import FieldEdit, field_edits
from versions.selectors.pending import checked, pending_document, pending_rows
from versions.selectors.published import PublishedTable, published_table


@dataclass(frozen=True, slots=True)
class PendingPart:
    """One part that differs from what is published. `edit` is None when the audit knows nothing of it.

    `field_edits` is filled where several people made its fields what they are.
    """

    part: Part
    changes: tuple[Change, ...]
    edit: LastEdit | None
    field_edits: tuple[FieldEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class PendingParts:
    """All of it. `digest` is that of the pending table, to be named when something of it is discarded."""

    current: PublishedTable
    digest: str
    parts: tuple[PendingPart, ...]


@dataclass(frozen=True, slots=True)
class DiscardPreview:
    """What discarding some parts does to the pending table."""

    digest: str
    changes: tuple[Change, ...]


def pending_parts() -> PendingParts:
    """Raises Refusal `revision::unknown` before the first revision."""
    current, (pending, pending_digest) = published_table(), pending_document()
    by_part = changed_parts(difference(current.table, pending))
    edits = last_edits(by_part.keys())
    fields = field_edits({part: own for part, changes in by_part.items() if (own := _fields(changes))})
    return PendingParts(
        current=current,
        digest=pending_digest,
        parts=tuple(
            PendingPart(part, changes, edits.get(part), fields.get(part, ())) for part, changes in by_part.items()
        ),
    )


def _fields(changes: tuple[Change, ...]) -> list[str]:
    """Fields that can have different authors: one alone is the part's own last edit."""
    fields = [change.field for change in changes if change.field]
    return fields if len(fields) > 1 else []


def discard_preview(parts: tuple[Part, ...]) -> DiscardPreview:
    """Raises Refusal `publish::nothing`, `publish::not-pending`, `table::invalid`, `revision::unknown`."""
    if not parts:
        raise Refusal("publish::nothing")
    pending = pending_rows()
    outcome = checked(with_parts(pending, published_table().table, parts))
    return DiscardPreview(digest(table_document(pending)), difference(pending, outcome))
