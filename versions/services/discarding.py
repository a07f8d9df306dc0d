"""Taking edits back: parts of the pending state become again what is published."""

from collections.abc import Collection

from django.db import transaction

from versions.domain.canonical import digest
from versions.domain.document import table_document
from versions.domain.parts import Part, with_parts
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.selectors.pending import checked, pending_rows
from versions.selectors.published import published_table
from versions.services.locks import lock_table
from versions.services.pending import replace_pending


@transaction.atomic
def discard_parts(*, parts: Collection[Part], seen: str) -> Table:
    """Puts the parts back to their published state and returns the pending table that is left.

    `seen` is the digest of the pending table that was looked at. Raises Refusal `edit::conflict` when somebody edited
    it since, `publish::nothing` without parts, `publish::not-pending`, `table::invalid` when what is left is no table.
    """
    lock_table()
    if not parts:
        raise Refusal("publish::nothing")
    pending = pending_rows()
    if digest(table_document(pending)) != seen:
        raise Refusal("edit::conflict")
    table = checked(with_parts(pending, published_table().table, parts))
    replace_pending(table=table)
    return table
