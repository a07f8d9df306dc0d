"""A page deep in the list of builds against the usual way: count everything, then skip what comes before."""

from builds.models import Build
from builds.querysets import Place
from builds.selectors.build_rows import PAGE_ROWS, build_rows
from builds.selectors.filters import BuildFilter
from tests.perf.history_rows import full_history, median_milliseconds
from tests.perf.measuring import Figure

GOAL_TIMES, GOAL_BUILDS = 200, 5_000_000


def measure() -> Figure:
    """How many times the usual way takes as long. Its cost grows with the builds, ours doesn't: so does the goal."""
    builds = full_history()
    skipped = builds * 9 // 10
    deep = Build.objects.newest_first().values_list("created_at", "pk")[skipped]
    usual = median_milliseconds(lambda: _counted_and_skipped(skipped))
    ours = median_milliseconds(lambda: build_rows(BuildFilter(), before=Place(*deep)))
    return Figure(usual / ours, f"times as fast at {builds} builds", at_least=GOAL_TIMES * builds / GOAL_BUILDS)


def _counted_and_skipped(skipped: int) -> None:
    rows = Build.objects.order_by("-created_at", "-id")
    assert rows.count() > skipped
    assert list(rows.select_related("app")[skipped : skipped + PAGE_ROWS])
