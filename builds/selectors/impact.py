"""What a change of the table does to the fleet: counts, and the apps behind each count.

Apps are counted by situation in the database, each situation is resolved once, and lists are joined back in SQL.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from builds.domain.impact import Fate, Impact, Situation, impact
from versions.domain.table import Table
from versions.selectors.impact import ImpactCounts

# One look at the index `build_last_detection` for every active app.
_LAST_DETECTIONS = """
    FROM builds_app a CROSS JOIN LATERAL (
        SELECT b.stack, b.arch, b.request_version, b.request_origin, b.python_version
        FROM builds_build b
        WHERE b.app_id = a.id AND b.detection IS NOT NULL
        ORDER BY b.created_at DESC, b.id DESC LIMIT 1
    ) s
"""
_COUNT = f"""
    SELECT s.stack, s.arch, s.request_version, s.request_origin, s.python_version, count(*)
    {_LAST_DETECTIONS} WHERE a.is_active GROUP BY 1, 2, 3, 4, 5
"""
_LIST = f"""
    SELECT a.name, a.owner, a.contact, s.stack, s.arch, s.request_version, s.request_origin, s.python_version
    {_LAST_DETECTIONS}
    JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS g(stack, arch, request_version, request_origin, python_version)
        ON (s.stack, s.arch, s.request_version, s.request_origin, s.python_version)
         = (g.stack, g.arch, g.request_version, g.request_origin, g.python_version)
    WHERE a.is_active AND a.name > %s ORDER BY a.name LIMIT %s
"""
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class FleetImpact:
    """The impact of one change on every situation that active apps are in, with the number of apps in each."""

    impacts: dict[Situation, Impact]
    apps: dict[Situation, int]

    @property
    def counts(self) -> ImpactCounts:
        by_fate = dict.fromkeys(Fate, 0)
        for situation, number in self.apps.items():
            by_fate[self.impacts[situation].fate] += number
        warned = sum(number for situation, number in self.apps.items() if self.impacts[situation].new_warnings)
        return ImpactCounts(sum(self.apps.values()), tuple((fate.value, by_fate[fate]) for fate in Fate), warned)


@dataclass(frozen=True, slots=True)
class AffectedApp:
    """An app with whoever owns it, what it asks for, what its last build got, and what becomes of its next one."""

    name: str
    owner: str
    contact: str
    situation: Situation
    impact: Impact


def fleet_impact(before: Table, after: Table) -> FleetImpact:
    """One query, then one resolution for each situation under either table."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        apps = {Situation(*row[:5]): row[5] for row in cursor.fetchall()}
    return FleetImpact({situation: impact(situation, before, after) for situation in apps}, apps)


def impact_counts(before: Table, after: Table) -> ImpactCounts:
    """What the publishing pages show."""
    return fleet_impact(before, after).counts


def affected_apps(fleet: FleetImpact, fate: Fate | None, *, after: str = "", limit: int = 50) -> list[AffectedApp]:
    """Apps of one fate by name, those after the name `after`; `fate` None: those that newly warn. One query."""
    wanted = [
        situation
        for situation, found in fleet.impacts.items()
        if (found.fate is fate if fate is not None else bool(found.new_warnings))
    ]
    if not wanted:
        return []
    columns: list[Any] = [list(column) for column in zip(*wanted, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [*columns, after, limit])
        rows = [(*row[:3], Situation(*row[3:])) for row in cursor.fetchall()]
    return [
        AffectedApp(name, owner, contact, situation, fleet.impacts[situation])
        for name, owner, contact, situation in rows
    ]


def all_affected_apps(fleet: FleetImpact, fate: Fate | None) -> Iterator[AffectedApp]:
    """Every app of one fate, fetched page by page."""
    last = ""
    while page := affected_apps(fleet, fate, after=last, limit=ROWS_AT_ONCE):
        yield from page
        last = page[-1].name
