"""A second person: rules for stacks, proposals, and what becomes of them."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from versions.domain.actor import Actor
from versions.domain.canonical import digest
from versions.domain.document import table_document
from versions.domain.names import is_name
from versions.domain.parts import Part
from versions.domain.proposals import ProposalKind, ProposalStatus
from versions.domain.refusals import Fault, Refusal
from versions.models import ApprovalRule, Proposal
from versions.selectors.impact import EVERYTHING
from versions.selectors.proposals import ProposalRow, proposal_row, stacks_needing_approval
from versions.selectors.published import PublishedTable, published_table
from versions.services.locks import lock_table
from versions.services.publishing import Guard, check_guard, check_limit, publish_table, wanted_table


class Proposed(NamedTuple):
    """`is_new` is False when somebody had proposed the very same already."""

    row: ProposalRow
    is_new: bool


@transaction.atomic
def set_approval_rule(*, stack: str, is_needed: bool, actor: Actor) -> None:
    """From now on publishing what touches the stack needs somebody else, or no longer. Twice changes nothing.

    Raises Refusal `stack::unknown` for what can be no stack's name.
    """
    lock_table()
    if not is_name(stack):
        raise Refusal("stack::unknown", stack=stack[:63])
    if not is_needed:
        ApprovalRule.objects.filter(stack=stack).delete()
        return
    ApprovalRule.objects.get_or_create(stack=stack, defaults={"set_at": timezone.now(), "set_by_name": actor.name})


@transaction.atomic
def propose_publication(
    *, parts: Collection[Part] | None, message: str, actor: Actor, guard: Guard, limit: Collection[str] = ()
) -> Proposed:
    """Writes down what somebody else may then publish: these parts of what is pending, None for all of it.

    Nothing is published. Raises Refusal `publish::nothing`, and as `publish_parts` does.
    """
    lock_table()
    if not message.strip():
        raise Refusal("publish::message-missing")
    current, table = published_table(), wanted_table(parts)
    outcome = digest(table_document(table))
    check_guard(current, outcome, guard)
    if outcome == current.digest:
        raise Refusal("publish::nothing")
    check_limit(current.table, table, limit)
    same = Proposal.objects.filter(status=ProposalStatus.OPEN, current=current.digest, outcome=outcome).first()
    if same is not None:
        return Proposed(proposal_row(same), is_new=False)
    row = Proposal.objects.create(
        kind=ProposalKind.PUBLISH,
        parts=[EVERYTHING] if parts is None else sorted({str(part) for part in parts}),
        stacks=list(stacks_needing_approval(current.table, table)),
        message=message.strip(),
        current=current.digest,
        outcome=outcome,
        proposed_at=timezone.now(),
        proposed_by_id=actor.user_id,
        proposed_by_name=actor.name,
    )
    return Proposed(proposal_row(row), is_new=True)


@transaction.atomic
def approve_proposal(*, number: int, actor: Actor, limit: Collection[str] = ()) -> PublishedTable:
    """Publishes what was proposed, in its author's name, if it is still what its author looked at.

    Of several at once one wins. Raises Refusal `proposal::unknown`, `proposal::decided`, `proposal::own`,
    `proposal::stale` when the pending state is another by now, `publish::conflict` when the published table is, and as
    `publish_parts` does.
    """
    lock_table()
    row = _open(number)
    proposal = proposal_row(row)
    if proposal.is_of(name=actor.name, user_id=actor.user_id):
        raise Refusal("proposal::own", number=number)
    table = wanted_table(proposal.named_parts)
    if digest(table_document(table)) != proposal.outcome and published_table().digest == proposal.current:
        raise Refusal("proposal::stale", number=number)
    revision = publish_table(
        table,
        message=proposal.message,
        actor=Actor(proposal.proposed_by, proposal.proposed_by_id),
        guard=Guard(proposal.current, proposal.outcome),
        limit=limit,
        is_approved=True,
    )
    assert revision is not None, "the guard holds, and no proposal is made of what changes nothing"
    row.revision_id = revision.number
    _decide(row, ProposalStatus.APPROVED, actor)
    return revision


@transaction.atomic
def decline_proposal(*, number: int, reason: str, actor: Actor) -> ProposalRow:
    """Turns the proposal down; its author may, too, and so takes it back. The edits stay pending.

    Raises Refusal `proposal::unknown`, `proposal::decided`, `request::malformed` without a reason.
    """
    lock_table()
    if not reason.strip():
        raise Refusal("request::malformed", faults=(Fault("reason", "is empty"),))
    row = _open(number)
    row.reason = reason.strip()
    _decide(row, ProposalStatus.DECLINED, actor)
    return proposal_row(row)


def _open(number: int) -> Proposal:
    row = Proposal.objects.select_for_update().filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Refusal("proposal::unknown", number=number)
    if row.status != ProposalStatus.OPEN:
        raise Refusal("proposal::decided", number=number, status=row.status, decided_by=row.decided_by_name or None)
    return row


def _decide(row: Proposal, status: ProposalStatus, actor: Actor) -> None:
    row.status = status
    row.decided_at = timezone.now()
    row.decided_by_id = actor.user_id
    row.decided_by_name = actor.name
    row.save()
