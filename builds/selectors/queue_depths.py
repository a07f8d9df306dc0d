"""How many builds wait for a builder, stack by stack."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from builds.domain.statuses import BuildStatus

LONG_WAIT = timedelta(minutes=10)
_DEPTHS = """
SELECT stack, count(*), min(created_at) AS since
FROM builds_build WHERE status = %s GROUP BY stack ORDER BY since, stack
"""


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Builds of one stack that wait. `is_slow`: the oldest waits so long that there may be no builder."""

    stack: str
    builds: int
    waiting_since: datetime
    is_slow: bool


def queue_depths() -> tuple[QueueDepth, ...]:
    """Stacks with waiting builds, the longest wait first. One query over the builds that wait alone."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPTHS, [BuildStatus.QUEUED.value])
        rows = cursor.fetchall()
    slow_since = timezone.now() - LONG_WAIT
    return tuple(QueueDepth(stack, builds, since, since < slow_since) for stack, builds, since in rows)
