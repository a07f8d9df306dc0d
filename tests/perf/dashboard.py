"""The dashboard over a large history: it adds up hours instead of counting builds."""

from tests.perf.history_rows import full_history, milliseconds
from tests.perf.measuring import Figure

BELOW_MILLISECONDS = 30


def measure() -> Figure:
    builds = full_history()
    return Figure(milliseconds("/"), f"ms of server time at {builds} builds", below=BELOW_MILLISECONDS)
