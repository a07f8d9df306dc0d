"""Holds of apps: the one in force, those that are past, and what a hold would do to an app's next build."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from builds.domain.app_entries import is_app_name
from builds.domain.impact import Situation, next_resolution
from builds.domain.messages import explain
from builds.models import AppHold
from builds.selectors.situations import situation_of
from versions.domain.refusals import Refusal
from versions.domain.resolution import Hold, Resolution, outcome_facts
from versions.domain.table import ReleaseStatus, SeriesStatus, Table
from versions.domain.version import Version
from versions.selectors import published_table

PAST_ROWS = 20


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold as it was decided. `ended_by` is empty for one that ended by itself, `ended_at` None for one in force."""

    id: int
    hold: Hold
    held_at: datetime
    ended_at: datetime | None
    ended_by: str


@dataclass(frozen=True, slots=True)
class NextBuild:
    """What an app's next build gets: a release, or the failure's code with its title."""

    version: str
    failure_code: str
    failure_title: str


@dataclass(frozen=True, slots=True)
class HoldEffect:
    """The next build as things are, and under the hold that is looked at (None: without any)."""

    stack: str
    now: NextBuild
    after: NextBuild

    @property
    def is_same(self) -> bool:
        return self.now == self.after


def hold_of(name: str) -> Hold | None:
    """What holds the app today by the database's clock; None also for an app that nobody knows. One query."""
    if not is_app_name(name):
        return None
    record = AppHold.objects.in_force().filter(app__name=name).first()
    return value_of(record) if record else None


def holds_in_force(app_ids: Collection[int]) -> dict[int, Hold]:
    """By app. One query."""
    return {record.app_id: value_of(record) for record in AppHold.objects.in_force().filter(app_id__in=app_ids)}


def current_hold(app_id: int) -> HoldRow | None:
    record = AppHold.objects.in_force().filter(app_id=app_id).first()
    return _row(record) if record else None


def past_holds(app_id: int) -> list[HoldRow]:
    """Newest first, at most `PAST_ROWS`."""
    records = AppHold.objects.past().filter(app_id=app_id).order_by("-held_at", "-id")
    return [_row(record) for record in records[:PAST_ROWS]]


def hold_effect(app_id: int, version: Version | None) -> HoldEffect | None:
    """What the app's next build gets now, and held at `version` (None: with no hold). None before its first detection.

    Two queries.
    """
    situation = situation_of(app_id)
    table = _table()
    if situation is None or table is None:
        return None
    held = situation._replace(held_at=str(version or ""))
    return HoldEffect(situation.stack, _next(situation, table), _next(held, table))


def offered_releases(app_id: int) -> list[Version]:
    """Releases that the app can be held at, newest first: those of its stack that builds can get."""
    situation, table = situation_of(app_id), _table()
    stack = table.find_stack(situation.stack) if situation and table else None
    stacks = [stack] if stack else list(table.stacks) if table else []
    return sorted(
        {
            entry.version
            for found in stacks
            for series in found.series
            if series.status is not SeriesStatus.REMOVED
            for entry in series.releases
            if entry.status is not ReleaseStatus.WITHDRAWN
        },
        reverse=True,
    )


def value_of(record: AppHold) -> Hold:
    version = Version.parse(record.version)
    assert version is not None  # the table's constraint and the service see to it
    return Hold(version, record.reason, record.until_on, record.held_by_name)


def _next(situation: Situation, table: Table) -> NextBuild:
    resolution: Resolution = next_resolution(situation, table)
    failure = resolution.failure
    if failure:
        return NextBuild("", failure.code, explain(failure.code, outcome_facts(failure)).title)
    return NextBuild(str(resolution.release.version) if resolution.release else "", "", "")


def _row(record: AppHold) -> HoldRow:
    return HoldRow(record.pk, value_of(record), record.held_at, record.ended_at, record.ended_by_name)


def _table() -> Table | None:
    try:
        return published_table().table
    except Refusal:
        return None
