"""Which apps an advisory concerns and what fixes them: counts, and the apps behind each count.

As in the impact preview, apps are counted by situation, each situation is looked at once, lists are joined back in SQL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builds.domain.exposure import Exposure, Remedy, exposure
from builds.domain.impact import Situation, next_resolution
from builds.selectors.situations import ROWS_AT_ONCE, apps_in, situation_counts
from versions.domain.table import Table
from versions.selectors.advisories import AdvisoryRow


@dataclass(frozen=True, slots=True)
class FleetExposure:
    """The situations that an advisory concerns, with the number of active apps in each."""

    exposures: dict[Situation, Exposure]
    apps: dict[Situation, int]

    @property
    def total(self) -> int:
        return sum(self.apps[situation] for situation in self.exposures)

    @property
    def counts(self) -> dict[Remedy, int]:
        counts = dict.fromkeys(Remedy, 0)
        for situation, found in self.exposures.items():
            counts[found.remedy] += self.apps[situation]
        return counts


@dataclass(frozen=True, slots=True)
class ExposedApp:
    """An app that an advisory concerns, with whoever owns it."""

    name: str
    owner: str
    contact: str
    situation: Situation
    exposure: Exposure


def fleet_exposures(advisories: Sequence[AdvisoryRow], table: Table) -> dict[int, FleetExposure]:
    """By the advisory's id. One query and one resolution for each situation, however many advisories there are."""
    apps = situation_counts()
    upcoming = {situation: next_resolution(situation, table) for situation in apps}
    return {
        row.id: FleetExposure(
            {
                situation: found
                for situation, resolution in upcoming.items()
                if (found := exposure(situation, row.advisory, table, resolution))
            },
            apps,
        )
        for row in advisories
    }


def fleet_exposure(row: AdvisoryRow, table: Table) -> FleetExposure:
    return fleet_exposures([row], table)[row.id]


def exposed_apps(fleet: FleetExposure, remedy: Remedy | None, *, after: str = "", limit: int = 50) -> list[ExposedApp]:
    """Apps that `remedy` fixes (None: all) by name, those after the name `after`. One query."""
    wanted = [situation for situation, found in fleet.exposures.items() if remedy in (None, found.remedy)]
    rows = apps_in(wanted, after=after, limit=limit)
    return [ExposedApp(*row[:3], row.situation, fleet.exposures[row.situation]) for row in rows]


def all_exposed_apps(fleet: FleetExposure, remedy: Remedy | None) -> Iterator[ExposedApp]:
    """Every such app, fetched page by page."""
    last = ""
    while page := exposed_apps(fleet, remedy, after=last, limit=ROWS_AT_ONCE):
        yield from page
        last = page[-1].name
