"""Which stacks need a second person, and the publications that wait for one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from versions.domain.difference import Change, difference
from versions.domain.parts import Part, named_parts
from versions.domain.proposals import ProposalKind, ProposalStatus
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.models import ApprovalRule, Proposal
from versions.selectors.impact import EVERYTHING


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal, finished. `stacks`: those for which it needs somebody else. Texts are empty where nothing is said."""

    id: int
    kind: ProposalKind
    status: ProposalStatus
    parts: tuple[str, ...]
    stacks: tuple[str, ...]
    message: str
    current: str
    outcome: str
    proposed_at: datetime
    proposed_by: str
    proposed_by_id: int | None
    decided_at: datetime | None
    decided_by: str
    reason: str
    revision: int | None

    @property
    def is_open(self) -> bool:
        return self.status is ProposalStatus.OPEN

    @property
    def is_everything(self) -> bool:
        return self.parts == (EVERYTHING,)

    @property
    def named_parts(self) -> tuple[Part, ...] | None:
        """None for all that is pending."""
        return None if self.is_everything else named_parts(self.parts)

    def is_of(self, *, name: str, user_id: int | None) -> bool:
        """Whether this person, or a token that they made, proposed it."""
        if self.proposed_by_id is not None and user_id is not None:
            return self.proposed_by_id == user_id
        return self.proposed_by == name


@dataclass(frozen=True, slots=True)
class Rule:
    """A stack that needs a second person, and who said so."""

    stack: str
    set_at: datetime
    set_by: str


def approval_rule(stack: str) -> Rule | None:
    row = ApprovalRule.objects.filter(stack=stack).first()
    return None if row is None else Rule(row.stack, row.set_at, row.set_by_name)


def stacks_needing_approval(before: Table, after: Table) -> tuple[str, ...]:
    """The stacks that differ between the tables and for which somebody else has to approve. One query."""
    touched = set(_touched(difference(before, after)))
    ruled = ApprovalRule.objects.filter(stack__in=touched) if touched else ApprovalRule.objects.none()
    return tuple(sorted(ruled.values_list("stack", flat=True)))


def _touched(changes: tuple[Change, ...]) -> Iterator[str]:
    for change in changes:
        if change.stack:
            yield change.stack
        else:  # the default stack moves from one to the other
            yield from (name for name in (change.before, change.after) if name)


def open_proposals() -> tuple[ProposalRow, ...]:
    """Oldest first."""
    rows = Proposal.objects.filter(status=ProposalStatus.OPEN).order_by("id")
    return tuple(proposal_row(row) for row in rows)


def found_proposal(number: int) -> ProposalRow:
    """Raises Refusal `proposal::unknown`."""
    row = Proposal.objects.filter(pk=number).first() if number < 2**63 else None
    if row is None:
        raise Refusal("proposal::unknown", number=number)
    return proposal_row(row)


def proposal_of_revision(number: int) -> ProposalRow | None:
    """How a revision was approved, or why it did not have to be; None when no stack asked for it."""
    row = Proposal.objects.filter(revision_id=number).first() if number < 2**31 else None
    return None if row is None else proposal_row(row)


def proposal_row(row: Proposal) -> ProposalRow:
    return ProposalRow(
        id=row.pk,
        kind=ProposalKind(row.kind),
        status=ProposalStatus(row.status),
        parts=tuple(row.parts),
        stacks=tuple(row.stacks),
        message=row.message,
        current=row.current,
        outcome=row.outcome,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by_name,
        proposed_by_id=row.proposed_by_id,
        decided_at=row.decided_at,
        decided_by=row.decided_by_name,
        reason=row.reason,
        revision=row.revision_id,
    )
