"""What a change of the table does to the fleet: counts, and the apps behind each count.

Apps are counted by situation in the database, each situation is resolved once, and lists are joined back in SQL.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from builds.domain.impact import Fate, Impact, Situation, impact
from builds.selectors.situations import ROWS_AT_ONCE, apps_in, situation_counts
from versions.domain.table import Table
from versions.selectors.impact import FailingApp, ImpactCounts, NewlyFailing

FAILING_NAMED = 100


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
    apps = situation_counts()
    return FleetImpact({situation: impact(situation, before, after) for situation in apps}, apps)


def impact_counts(before: Table, after: Table) -> ImpactCounts:
    """What the publishing pages show."""
    return fleet_impact(before, after).counts


def newly_failing(before: Table, after: Table) -> NewlyFailing:
    """What a rollback over the API warns of."""
    fleet = fleet_impact(before, after)
    first = affected_apps(fleet, Fate.NEWLY_FAILS, limit=FAILING_NAMED)
    return NewlyFailing(
        fleet.counts.newly_failing,
        tuple(
            FailingApp(app.name, app.owner, app.contact, app.situation.stack, app.situation.request_version)
            for app in first
        ),
    )


def affected_apps(fleet: FleetImpact, fate: Fate | None, *, after: str = "", limit: int = 50) -> list[AffectedApp]:
    """Apps of one fate by name, those after the name `after`; `fate` None: those that newly warn. One query."""
    wanted = [
        situation
        for situation, found in fleet.impacts.items()
        if (found.fate is fate if fate is not None else bool(found.new_warnings))
    ]
    rows = apps_in(wanted, after=after, limit=limit)
    return [AffectedApp(*row[:3], row.situation, fleet.impacts[row.situation]) for row in rows]


def all_affected_apps(fleet: FleetImpact, fate: Fate | None) -> Iterator[AffectedApp]:
    """Every app of one fate, fetched page by page."""
    last = ""
    while page := affected_apps(fleet, fate, after=last, limit=ROWS_AT_ONCE):
        yield from page
        last = page[-1].name
