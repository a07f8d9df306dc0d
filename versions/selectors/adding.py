"""What adding several releases to several stacks would change, and which stacks there are to choose from."""

from dataclasses import dataclass

from versions.domain.additions import Additions
from versions.domain.canonical import digest
from versions.domain.difference import Change, difference
from versions.domain.document import table_document
from versions.domain.table import StackStatus
from versions.domain.version import Version
from versions.selectors.pending import checked, pending_rows


@dataclass(frozen=True, slots=True)
class OfferedStack:
    """A stack that releases can be added to. `is_listed`: it is in the documentation."""

    name: str
    base: str
    is_listed: bool


@dataclass(frozen=True, slots=True)
class AdditionsPreview:
    """`present`: what is there already. `outcome`: the digest of the pending table as it would be."""

    changes: tuple[Change, ...]
    present: tuple[tuple[str, Version], ...]
    outcome: str


def offered_stacks() -> tuple[OfferedStack, ...]:
    """Pending stacks that are in use, newest base first."""
    return tuple(
        OfferedStack(stack.name, stack.base, stack.listed)
        for stack in pending_rows().stacks
        if stack.status is not StackStatus.DISCONTINUED
    )


def additions_preview(additions: Additions) -> AdditionsPreview:
    """Raises Refusal `stack::unknown`, `table::invalid`."""
    pending = pending_rows()
    outcome = checked(additions.applied(pending))
    return AdditionsPreview(difference(pending, outcome), additions.present(pending), digest(table_document(outcome)))
