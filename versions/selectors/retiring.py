"""What yanking or withdrawing a release would change."""

from versions.domain.canonical import digest
from versions.domain.difference import difference
from versions.domain.document import table_document
from versions.domain.parts import changed_parts
from versions.domain.retirement import Retirement
from versions.selectors.published import published_table
from versions.selectors.publishing import PublishPreview, newest_steps


def retirement_preview(retirement: Retirement) -> PublishPreview:
    """Raises Refusal `stack::unknown`, `release::unknown`, `release::already-withdrawn`, `revision::unknown`."""
    current = published_table()
    outcome = retirement.applied(current.table)
    changes = difference(current.table, outcome)
    return PublishPreview(
        current=current,
        outcome=outcome,
        parts=tuple(changed_parts(changes)),
        changes=changes,
        steps=newest_steps(current.table, outcome),
        outcome_digest=digest(table_document(outcome)),
    )


def rollback_preview(number: int) -> PublishPreview:
    """What publishing the content of revision `number` again would change. Raises Refusal `revision::unknown`."""
    current, target = published_table(), published_table(number)
    changes = difference(current.table, target.table)
    return PublishPreview(
        current=current,
        outcome=target.table,
        parts=tuple(changed_parts(changes)),
        changes=changes,
        steps=newest_steps(current.table, target.table),
        outcome_digest=target.digest,
    )
