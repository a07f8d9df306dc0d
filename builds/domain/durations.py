"""Lengths of builds, counted in buckets: counts of hours can be added up, percentiles can't.

Each bucket is a tenth longer than the one before it, so a figure taken from buckets is off by at most a twentieth.
"""

import math
from collections.abc import Iterable

GROWTH = 1.1
SHORTEST_SECONDS = 0.01


def bucket_of(seconds: float) -> int:
    """The bucket of a length; the SQL in services/rolling_up.py computes the same."""
    return math.floor(math.log(max(seconds, SHORTEST_SECONDS)) / math.log(GROWTH))


def middle_seconds(bucket: int) -> float:
    """What stands for all lengths of a bucket."""
    return float(GROWTH ** (bucket + 0.5))


def percentile(weighted: Iterable[tuple[float, int]], fraction: float) -> float | None:
    """The length below which `fraction` of the builds lie, of (seconds, number of builds); None for none."""
    ordered = sorted((seconds, builds) for seconds, builds in weighted if builds > 0)
    total = sum(builds for _seconds, builds in ordered)
    passed = 0
    for seconds, builds in ordered:
        passed += builds
        if passed >= fraction * total:
            return seconds
    return None
