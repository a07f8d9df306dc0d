"""Whether the list of builds stays as fast as it was: every filter, at the top and deep in the list."""

from tests.perf.history_rows import SMALL_BUILDS, full_history, lists, milliseconds, small_figures
from tests.perf.measuring import Figure

AT_MOST_TIMES = 2.0


def measure() -> Figure:
    """The filter that has slowed down most."""
    before, builds = small_figures(), full_history()
    times = {name: milliseconds(address) / before[name] for name, address in lists().items()}
    slowest = max(times, key=lambda name: times[name])
    unit = f"times as long at {builds} builds as at {SMALL_BUILDS}, filter: {slowest}"
    return Figure(times[slowest], unit, below=AT_MOST_TIMES)
