"""Publishing: the pending state, or some of it, becomes the next revision in one transaction."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from versions.domain.actor import Actor
from versions.domain.canonical import canonical_json, digest
from versions.domain.composition import Pick, rebased, with_picks
from versions.domain.document import table_document
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.models import Revision
from versions.selectors.pending import checked, pending_rows, pending_table
from versions.selectors.published import PublishedTable, current_number, published_table
from versions.services.locks import lock_table
from versions.services.pending import replace_pending


class Guard(NamedTuple):
    """What the publisher looked at: the digest published then ("" before the first), and that of the outcome."""

    current: str
    outcome: str | None = None


@transaction.atomic
def publish_pending(*, message: str, actor: Actor, guard: Guard | None = None) -> PublishedTable | None:
    """Publishes all that is pending. None when that is no change: then there is no new revision either.

    Raises Refusal `publish::conflict` when the table moved since `guard`, `publish::message-missing`, `table::invalid`.
    """
    lock_table()
    return _publish(pending_table(), message=message, actor=actor, guard=guard)


@transaction.atomic
def publish_releases(
    *, picks: Collection[Pick], message: str, actor: Actor, guard: Guard | None = None
) -> PublishedTable | None:
    """Publishes the picked releases alone, as they stand in the pending state; the rest stays pending.

    Raises as `publish_pending` does, and `publish::nothing`, `publish::not-pending`.
    """
    lock_table()
    if not picks:
        raise Refusal("publish::nothing")
    table = checked(with_picks(published_table().table, pending_rows(), picks))
    return _publish(table, message=message, actor=actor, guard=guard)


@transaction.atomic
def roll_back(*, number: int, message: str, actor: Actor, guard: Guard | None = None) -> PublishedTable | None:
    """Publishes the content of revision `number` again; unpublished edits stay pending, the rest follows.

    Raises Refusal `revision::unknown`, and as `publish_pending` does.
    """
    lock_table()
    target, current = published_table(number), published_table()
    revision = _publish(target.table, message=message, actor=actor, guard=guard)
    if revision is not None:
        replace_pending(table=rebased(pending_rows(), current.table, target.table))
    return revision


def _publish(table: Table, *, message: str, actor: Actor, guard: Guard | None) -> PublishedTable | None:
    """Writes the next revision; the caller holds the lock, so numbers have no gaps and each links to the one before."""
    if not message.strip():
        raise Refusal("publish::message-missing")
    number = current_number()
    current = published_table(number) if number else None
    published = current.digest if current else ""
    document = table_document(table)
    outcome = digest(document)
    if guard and (guard.current != published or guard.outcome not in (None, outcome)):
        raise _conflict(current)
    if outcome == published:
        return None
    Revision.objects.create(
        number=(number or 0) + 1,
        document=canonical_json(document).decode(),
        digest=outcome,
        previous_digest=published,
        message=message.strip(),
        published_at=timezone.now(),
        published_by_id=actor.user_id,
        published_by_name=actor.name,
    )
    return published_table((number or 0) + 1)


def _conflict(current: PublishedTable | None) -> Refusal:
    """Says who came first, so that the publisher knows whom to ask."""
    if current is None:
        return Refusal("publish::conflict", number=0)
    return Refusal(
        "publish::conflict",
        number=current.number,
        published_by=current.published_by,
        published_message=current.message,
    )
