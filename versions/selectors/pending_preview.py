"""What publishing all that is pending would change."""

from versions.domain.canonical import digest
from versions.domain.composition import pending_picks
from versions.domain.difference import difference
from versions.domain.document import table_document
from versions.selectors.pending import pending_table
from versions.selectors.published import published_table
from versions.selectors.publishing import PublishPreview


def pending_preview() -> PublishPreview:
    """`publish_preview` for every edit at once. Raises Refusal `table::invalid`, `revision::unknown`."""
    current, pending = published_table(), pending_table()
    return PublishPreview(
        current=current,
        picks=pending_picks(current.table, pending),
        changes=difference(current.table, pending),
        steps=(),
        outcome_digest=digest(table_document(pending)),
    )
