"""Taking a published release back at once: yanked (only exact requests still get it) or withdrawn (nobody does)."""

from collections.abc import Collection

from django.db import transaction

from versions.domain.actor import Actor
from versions.domain.proposals import ProposalKind
from versions.domain.refusals import Fault, Refusal
from versions.domain.retirement import Retirement
from versions.selectors.pending import checked, pending_rows
from versions.selectors.published import PublishedTable, published_table
from versions.services.locks import lock_table
from versions.services.pending import replace_pending
from versions.services.publishing import Guard, publish_table


@transaction.atomic
def retire_release(
    *, retirement: Retirement, message: str, actor: Actor, guard: Guard, limit: Collection[str] = ()
) -> PublishedTable | None:
    """Publishes the table with the release yanked or withdrawn, and marks it in the pending state, too.

    All else that is pending stays so. It waits for nobody, but is noted where a stack asks for a second person. None
    when it is so already. Raises Refusal `release::unknown`, `release::already-withdrawn`, `stack::unknown`, and as
    `publish_pending` does.
    """
    lock_table()
    if not retirement.reason.strip():
        raise Refusal("request::malformed", faults=(Fault("reason", "is empty"),))
    table = checked(retirement.applied(published_table().table))
    words = message.strip() or retirement.sentence
    revision = publish_table(table, message=words, actor=actor, guard=guard, limit=limit, kind=ProposalKind.RETIRE)
    if revision is not None:
        replace_pending(table=retirement.applied_where_present(pending_rows()))
    return revision
