"""Who calls the API about builds, and on which stacks they may."""

from dataclasses import dataclass

from versions.domain.actor import Actor
from versions.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Caller:
    """`key` tells one token from another for idempotency; no `stacks` stands for all of them."""

    actor: Actor
    key: str
    stacks: tuple[str, ...] = ()

    def check_stack(self, stack: str) -> None:
        """Raises Refusal `stack::unknown`: what lies on other stacks does not exist for this caller."""
        if self.stacks and stack not in self.stacks:
            raise Refusal("stack::unknown", stack=stack)
