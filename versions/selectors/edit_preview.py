"""What one edit would change, before it is saved."""

from dataclasses import dataclass

from versions.domain.canonical import digest
from versions.domain.difference import Change, difference
from versions.domain.document import table_document
from versions.domain.edits import Edit
from versions.domain.parts import Part, part_document
from versions.selectors.pending import checked, pending_rows


@dataclass(frozen=True, slots=True)
class EditPreview:
    """`outcome` is the digest of the pending table as it would be: what is saved has to be what was shown."""

    changes: tuple[Change, ...]
    outcome: str


def edit_preview(edit: Edit) -> EditPreview:
    """Raises Refusal `table::invalid` with each fault, `stack::unknown`."""
    pending = pending_rows()
    outcome = checked(edit.applied(pending))
    return EditPreview(difference(pending, outcome), digest(table_document(outcome)))


def pending_digest(part: Part) -> str:
    """A digest of the part as it is pending; it changes whenever somebody edits it."""
    return digest({"part": part_document(pending_rows(), part)})
