"""The prose behind every code of the table and of resolution. `explain` fills it with the facts of one occurrence."""

from collections.abc import Mapping

from versions.domain.messages.addresses import ADDRESS_REFUSALS
from versions.domain.messages.advisories import ADVISORY_REFUSALS
from versions.domain.messages.archives import ARCHIVE_REFUSALS
from versions.domain.messages.explanation import Blame, Explanation, catalogue, fill, fill_text, outlined, unexplained
from versions.domain.messages.proposals import PROPOSAL_REFUSALS
from versions.domain.messages.refusals import REQUEST_REFUSALS, TABLE_REFUSALS
from versions.domain.messages.resolutions import STACK_FAILURES, VERSION_FAILURES, VERSION_WARNINGS

__all__ = [
    "EXPLANATIONS",
    "Blame",
    "Explanation",
    "catalogue",
    "explain",
    "fill",
    "fill_text",
    "outlined",
    "unexplained",
]

EXPLANATIONS: Mapping[str, Explanation] = catalogue(
    *TABLE_REFUSALS.values(),
    *REQUEST_REFUSALS.values(),
    *ARCHIVE_REFUSALS.values(),
    *ADDRESS_REFUSALS.values(),
    *ADVISORY_REFUSALS.values(),
    *PROPOSAL_REFUSALS.values(),
    *STACK_FAILURES.values(),
    *VERSION_FAILURES.values(),
    *VERSION_WARNINGS.values(),
)


def explain(code: str, facts: Mapping[str, object]) -> Explanation:
    """The explanation of `code` with its texts filled in. Neither an unknown code nor a missing fact raises."""
    return fill(EXPLANATIONS.get(code) or unexplained(code), facts)
