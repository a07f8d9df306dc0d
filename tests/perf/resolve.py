"""A request answered from the dictionary of its stack, against `packaging` filtering the same releases each time."""

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.perf.measuring import Figure, least_cpu_seconds
from tests.tables import shipped_table
from versions.domain.resolution import Request, resolve

STACK, SERIES = "scalingo-24", "3.12"
AT_LEAST = 1000


def measure() -> Figure:
    """How many times less CPU ours takes for the newest release of a series, warnings and archive included."""
    table = shipped_table("2026-07-conformance")
    entry = table.find_stack(STACK)
    assert entry is not None
    releases = [str(release.version) for series in entry.series for release in series.releases]
    request = Request(SERIES, "runtime.txt")

    def ours() -> None:
        for _ in range(1000):
            resolve(request, STACK, table)

    def peer() -> str:
        return max(SpecifierSet(f"=={SERIES}.*").filter(releases), key=Version)

    resolution = resolve(request, STACK, table)
    assert resolution.release is not None
    assert str(resolution.release.version) == peer()
    of_ours, of_peer = least_cpu_seconds((ours, 3), (peer, 20), rounds=60)
    return Figure(
        of_peer / (of_ours / 1000), f"times less CPU than SpecifierSet over {len(releases)} releases", AT_LEAST
    )
