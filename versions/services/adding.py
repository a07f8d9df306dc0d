"""Adding several releases to several stacks of the pending state."""

from django.db import transaction

from versions.domain.additions import Additions
from versions.domain.canonical import digest
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.selectors.pending import checked, pending_rows
from versions.services.locks import lock_table
from versions.services.pending import replace_pending


@transaction.atomic
def add_releases(*, additions: Additions, outcome: str) -> Table:
    """Makes the pending state what was shown, `outcome` being the digest of that, and returns it.

    Raises Refusal `edit::conflict` when somebody edited meanwhile, `stack::unknown`, `table::invalid`.
    """
    lock_table()
    table = checked(additions.applied(pending_rows()))
    if digest(table_document(table)) != outcome:
        raise Refusal("edit::conflict")
    replace_pending(table=table)
    return table
