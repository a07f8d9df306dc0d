"""What a builder has to send for detection: the names of all root entries, and the contents of a few files."""

from dataclasses import dataclass

from builds.domain.rulesets import RULES
from versions.domain.table import Ruleset


@dataclass(frozen=True, slots=True)
class FilesToSend:
    """`content_names`: root files whose bytes count, also where a link leads to them. `nested_names`: paths below the
    root whose existence counts; everything else below the root can stay at home.
    """

    content_names: frozenset[str]
    nested_names: frozenset[str]

    def needs_contents(self, name: str) -> bool:
        return name in self.content_names


def which_files_to_send(ruleset: Ruleset | None = None) -> FilesToSend:
    """What detection reads under `ruleset`; None: under any, for a builder that doesn't know its stack's rules yet."""
    chosen = [RULES[ruleset]] if ruleset else list(RULES.values())
    return FilesToSend(
        content_names=frozenset(name for rules in chosen for name in rules.content_names),
        nested_names=frozenset(name for rules in chosen for name in rules.nested_names),
    )
