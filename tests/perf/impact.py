"""The impact preview of a change over a fleet of 100,000 apps."""

import os
import random
import time

import psycopg

from builds.domain.impact import Situation
from builds.selectors.impact import fleet_impact
from tests.fleet import build_fleet
from tests.perf.measuring import Figure
from tests.tables import shipped_table

APPS = 100_000
BELOW_SECONDS = 1
ROUNDS = 5


def measure() -> Figure:
    """Wall time of the quickest round, since PostgreSQL works in another process."""
    before, after = shipped_table("2026-07-conformance"), shipped_table("2026-08-current")
    build_fleet(_situations())
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("ANALYZE")  # as the server itself does after a while
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        counted = fleet_impact(before, after).counts
        taken.append(time.perf_counter() - started)
        assert counted.apps >= APPS
    return Figure(min(taken), f"s for {APPS} apps", below=BELOW_SECONDS)


def _situations() -> list[Situation]:
    """As apps are: a few stacks, most on a series, some pinned, the rest on the default or on their last build's."""
    chosen = random.Random(1)
    stacks = ("scalingo-22", "scalingo-24", "scalingo-26")
    requests = [("3.10", "runtime.txt"), ("3.12", ".python-version"), ("3.13", ".python-version"), ("", "")]
    requests += [(f"3.12.{patch}", ".python-version") for patch in range(14)]
    requests += [(f"3.11.{patch}", "Pipfile.lock") for patch in range(16)]
    return [
        Situation(chosen.choice(stacks), "amd64", *chosen.choice(requests), f"3.12.{chosen.randrange(14)}")
        for _ in range(APPS)
    ]
