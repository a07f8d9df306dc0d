"""What lists of builds can be narrowed to: the stacks and series of the published table."""

from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.selectors import published_table


def offered_stacks() -> list[str]:
    """Names of all stacks, newest base first; none before the first publication."""
    table = _table()
    return [stack.name for stack in table.stacks] if table else []


def offered_series() -> list[str]:
    """All series that any stack has, newest first."""
    table = _table()
    known = {entry.series for stack in table.stacks for entry in stack.series} if table else set()
    return [str(series) for series in sorted(known, reverse=True)]


def _table() -> Table | None:
    try:
        return published_table().table
    except Refusal:
        return None
