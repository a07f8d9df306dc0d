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
from versions.domain.proposals import ProposalKind, ProposalStatus
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.models import Proposal, Revision
from versions.selectors.pending import checked, pending_rows, pending_table
from versions.selectors.proposals import stacks_needing_approval
from versions.selectors.published import PublishedTable, current_number, published_table
from versions.selectors.revisions import NO_TABLE
from versions.selectors.verified import no_longer_verified, unverified_releases
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
    `publish::needs-approval` when a stack asks for a second person, `table::invalid`.
    """
    lock_table()
    table = wanted_table(None)
    return publish_table(table, message=message, actor=actor, guard=guard, limit=limit)


@transaction.atomic
def publish_parts(
    *, parts: Collection[Part], message: str, actor: Actor, guard: Guard | None = None
) -> PublishedTable | None:
    """Publishes these parts alone, as they stand in the pending state; the rest stays pending.

    Raises as `publish_pending` does, and `publish::nothing`, `publish::not-pending`.
    """
    lock_table()
    table = wanted_table(parts)
    return publish_table(table, message=message, actor=actor, guard=guard)


@transaction.atomic
def roll_back(
    *, number: int, message: str, actor: Actor, guard: Guard | None = None, limit: Collection[str] = ()
) -> PublishedTable | None:
    """Publishes the content of revision `number` again; unpublished edits stay pending, the rest follows.

    It waits for nobody, whatever the stacks ask for: then a record of that is kept beside the revision. Raises Refusal
    `revision::unknown`, and as `publish_pending` does.
    """
    lock_table()
    target, current = published_table(number), published_table()
    _refuse_unfit(no_longer_verified(current.table, target.table))
    revision = publish_table(
        target.table, message=message, actor=actor, guard=guard, limit=limit, kind=ProposalKind.ROLLBACK
    )
    if revision is not None:
        replace_pending(table=rebased(pending_rows(), current.table, target.table))
    return revision


def wanted_table(parts: Collection[Part] | None) -> Table:
    """The table with these parts as they are pending, None for all of them; every release in it may be published.

    The caller holds the lock. Raises Refusal `publish::nothing`, `publish::not-pending`, `publish::not-verified`,
    `table::invalid`.
    """
    if parts is None:
        table = pending_table()
    elif parts:
        table = checked(with_parts(published_table().table, pending_rows(), parts))
    else:
        raise Refusal("publish::nothing")
    _check_verified(table)
    return table


def publish_table(
    table: Table,
    *,
    message: str,
    actor: Actor,
    guard: Guard | None,
    limit: Collection[str] = (),
    kind: ProposalKind = ProposalKind.PUBLISH,
    is_approved: bool = False,
) -> PublishedTable | None:
    """Writes the next revision; the caller holds the lock, so numbers have no gaps and each links to the one before.

    Raises as `publish_pending` does.
    """
    if not message.strip():
        raise Refusal("publish::message-missing")
    number = current_number()
    current = published_table(number) if number else None
    outcome = digest(table_document(table))
    if guard:
        check_guard(current, outcome, guard)
    if current and outcome == current.digest:
        return None
    before = current.table if current else NO_TABLE
    check_limit(before, table, limit)
    waiting = stacks_needing_approval(before, table)
    if waiting and kind is ProposalKind.PUBLISH and not is_approved:
        raise Refusal("publish::needs-approval", stacks=", ".join(waiting))
    revision = _write_revision(table, current, message=message.strip(), actor=actor)
    if waiting and not is_approved:
        _note_exemption(revision, kind, waiting)
    return published_table(revision.number)


def _write_revision(table: Table, current: PublishedTable | None, *, message: str, actor: Actor) -> Revision:
    document = table_document(table)
    return Revision.objects.create(
        number=current.number + 1 if current else 1,
        document=canonical_json(document).decode(),
        digest=digest(document),
        previous_digest=current.digest if current else "",
        message=message,
        published_at=timezone.now(),
        published_by_id=actor.user_id,
        published_by_name=actor.name,
    )


def _note_exemption(revision: Revision, kind: ProposalKind, stacks: tuple[str, ...]) -> None:
    """An emergency waits for nobody, but that nobody else looked is kept beside what was done."""
    Proposal.objects.create(
        kind=kind,
        status=ProposalStatus.EXEMPT,
        stacks=list(stacks),
        message=revision.message,
        current=revision.previous_digest,
        outcome=revision.digest,
        proposed_at=revision.published_at,
        proposed_by_id=revision.published_by_id,
        proposed_by_name=revision.published_by_name,
        revision=revision,
    )


def check_guard(current: PublishedTable | None, outcome: str, guard: Guard) -> None:
    """Raises Refusal `publish::conflict` when what was looked at is no longer what is there, or would come of it."""
    if guard.current != (current.digest if current else "") or guard.outcome not in (None, outcome):
        raise _conflict(current)


def _check_verified(table: Table) -> None:
    """Raises Refusal `publish::not-verified` for the first release that may not be published."""
    number = current_number()
    _refuse_unfit(unverified_releases(published_table(number).table if number else NO_TABLE, table))


def _refuse_unfit(unfit: list[Part]) -> None:
    if unfit:
        first = unfit[0]
        raise Refusal("publish::not-verified", version=str(first.version), stack=first.stack, count=len(unfit))


def check_limit(current: Table, table: Table, limit: Collection[str]) -> None:
    """A change of the table's own fields touches every stack, so it counts as beyond any limit; without one all may.

    Raises Refusal `stack::unknown`.
    """
    for change in difference(current, table) if limit else ():
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
