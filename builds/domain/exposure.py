"""What an advisory means for an app, by its last detection, and what fixes it."""

from dataclasses import dataclass
from enum import StrEnum

from builds.domain.impact import Situation
from versions.domain.advisories import Advisory
from versions.domain.resolution import Resolution
from versions.domain.table import SeriesStatus, Table
from versions.domain.version import Version


class Remedy(StrEnum):
    """What fixes an affected app; the ones that need least come first."""

    NEXT_BUILD = "next-build"
    UNPIN = "unpin"
    END_HOLD = "end-hold"
    PUBLISH = "publish"
    UPGRADE_SERIES = "upgrade-series"


@dataclass(frozen=True, slots=True)
class Exposure:
    """`runs` is the release of the last build, `upcoming` that of the next one, empty where there is none.

    `fixed_release`: what the remedy leads to, empty where that is for people to choose.
    """

    runs: str
    upcoming: str
    remedy: Remedy
    fixed_release: str


def exposure(situation: Situation, advisory: Advisory, table: Table, upcoming: Resolution) -> Exposure | None:
    """None for an app whose last build and next one (`upcoming`) are free of the vulnerability."""
    runs = Version.parse(situation.python_version)
    following = upcoming.release.version if upcoming.release and upcoming.failure is None else None
    is_following = following is not None and advisory.affects(following)
    if not is_following and not (runs and advisory.affects(runs)):
        return None
    if following is not None and not is_following:
        return Exposure(situation.python_version, str(following), Remedy.NEXT_BUILD, str(following))
    affected = following or runs
    assert affected is not None  # one of the two is affected
    remedy, fixed = _remedy(situation, advisory, table, affected)
    return Exposure(situation.python_version, str(following or ""), remedy, str(fixed or ""))


def _remedy(situation: Situation, advisory: Advisory, table: Table, affected: Version) -> tuple[Remedy, Version | None]:
    """What it takes where the next build does not do, and the release that it leads to."""
    stack = table.find_stack(situation.stack)
    series = stack.find_series(affected.series) if stack else None
    if series is None or series.status is SeriesStatus.REMOVED:
        return Remedy.UPGRADE_SERIES, None
    newest = series.newest
    if newest and not advisory.affects(newest.version):
        return (Remedy.END_HOLD if situation.held_at else Remedy.UNPIN), newest.version
    fix = advisory.fix_of(affected.series)
    return (Remedy.PUBLISH, fix) if fix else (Remedy.UPGRADE_SERIES, None)
