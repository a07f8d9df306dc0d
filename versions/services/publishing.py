"""Publishing: the pending state, or some of it, becomes the next revision in one transaction."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from versions.domain.actor import Actor
from versions.domain.canonical import canonical_json, digest
from versions.domain.composition import rebased
from versions.domain.difference import difference
from versions.domain.document import table_document
from versions.domain.parts import Part, with_parts
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.models import Revision
from versions.selectors.pending import checked, pending_rows, pending_table
from versions.selectors.published import PublishedTable, current_number, published_table
from versions.selectors.revisions import NO_TABLE
from versions.selectors.verified import unverified_releases
from versions.services.locks import lock_table
from versions.services.pending import replace_pending


class Guard(NamedTuple):
    """What the publisher looked at: the digest published then ("" before the first), and that of the outcome."""

    current: str
    outcome: str | None = None


@transaction.atomic
def publish_pending(
    *, message: str, actor: Actor, guard: Guard | None = None, limit: Collection[str] = ()
) -> PublishedTable | None:
    """Publishes all that is pending. None when that is no change: then there is no new revision either.

    `limit` names the only stacks that the actor may touch; empty: all. Raises Refusal `publish::conflict` when the
    table moved since `guard`, `stack::unknown` beyond the limit, `publish::message-missing`, `publish::not-verified`,
    `table::invalid`.
    """
    lock_table()
    table = pending_table()
    _check_verified(table)
    return publish_table(table, message=message, actor=actor, guard=guard, limit=limit)


@transaction.atomic
def publish_parts(
    *, parts: Collection[Part], message: str, actor: Actor, guard: Guard | None = None
) -> PublishedTable | None:
    """Publishes these parts alone, as they stand in the pending state; the rest stays pending.

    Raises as `publish_pending` does, and `publish::nothing`, `publish::not-pending`.
    """
    lock_table()
    if not parts:
        raise Refusal("publish::nothing")
    table = checked(with_parts(published_table().table, pending_rows(), parts))
    _check_verified(table)
    return publish_table(table, message=message, actor=actor, guard=guard)


@transaction.atomic
def roll_back(
    *, number: int, message: str, actor: Actor, guard: Guard | None = None, limit: Collection[str] = ()
) -> PublishedTable | None:
    """Publishes the content of revision `number` again; unpublished edits stay pending, the rest follows.

    Raises Refusal `revision::unknown`, and as `publish_pending` does.
    """
    lock_table()
    target, current = published_table(number), published_table()
    revision = publish_table(target.table, message=message, actor=actor, guard=guard, limit=limit)
    if revision is not None:
        replace_pending(table=rebased(pending_rows(), current.table, target.table))
    return revision


def publish_table(
    table: Table, *, message: str, actor: Actor, guard: Guard | None, limit: Collection[str] = ()
) -> PublishedTable | None:
    """Writes the next revision; the caller holds the lock, so numbers have no gaps and each links to the one before.

    Raises as `publish_pending` does.
    """
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
    if limit:
        _check_limit(current.table if current else NO_TABLE, table, limit)
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


def _check_verified(table: Table) -> None:
    """Raises Refusal `publish::not-verified` for the first release that may not be published."""
    number = current_number()
    unfit = unverified_releases(published_table(number).table if number else NO_TABLE, table)
    if unfit:
        first = unfit[0]
        raise Refusal("publish::not-verified", version=str(first.version), stack=first.stack, count=len(unfit))


def _check_limit(current: Table, table: Table, limit: Collection[str]) -> None:
    """A change of the table's own fields touches every stack, so it counts as beyond any limit."""
    for change in difference(current, table):
        if change.stack not in limit:
            raise Refusal("stack::unknown", stack=change.stack or "*")


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
