"""What lists of builds and apps can be narrowed to: the stacks and series of the published table."""

from dataclasses import dataclass

from versions.domain.refusals import Refusal
from versions.selectors import published_table


@dataclass(frozen=True, slots=True)
class Offers:
    """Names of all stacks, newest base first, and the series that any of them has, newest first."""

    stacks: list[str]
    series: list[str]


def offers() -> Offers:
    """In one query; nothing is offered before the first publication."""
    try:
        table = published_table().table
    except Refusal:
        return Offers([], [])
    series = {entry.series for stack in table.stacks for entry in stack.series}
    return Offers([stack.name for stack in table.stacks], [str(known) for known in sorted(series, reverse=True)])
