"""What a change of the table does to an app's next build, worked out from the app's last detection."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from versions.domain.refusals import Refusal
from versions.domain.resolution import Hold, ReleaseHeld, Request, Resolution, resolve_held
from versions.domain.resolution.requests import ORIGIN_CACHED, ORIGIN_DEFAULT, Wanted
from versions.domain.table import Ruleset, Table
from versions.domain.version import Version


class Fate(StrEnum):
    """One of these becomes of every app; in the order in which people want to read them."""

    NEWLY_FAILS = "newly-fails"
    MOVES = "moves"
    RECOVERS = "recovers"
    STAYS_PINNED = "stays-pinned"
    STAYS_STICKY = "stays-sticky"
    STAYS_HELD = "stays-held"
    STAYS = "stays"
    STILL_FAILS = "still-fails"


class Situation(NamedTuple):
    """What counts of an app's last detection; apps in the same situation share their fate.

    `held_at`: the release that a hold gives the app today, empty where there is none.
    """

    stack: str
    arch: str
    request_version: str
    request_origin: str
    python_version: str
    held_at: str = ""

    @property
    def hold(self) -> Hold | None:
        """The hold as far as it decides anything; its reason and its day are the app's own."""
        version = Version.parse(self.held_at)
        return Hold(version, "", date.max, "") if version else None


@dataclass(frozen=True, slots=True)
class Impact:
    """`before` and `after`: the release that the next build gets, empty when it fails. `failure`: its code then."""

    fate: Fate
    before: str
    after: str
    failure: str
    new_warnings: tuple[str, ...]


def impact(situation: Situation, before: Table, after: Table) -> Impact:
    """The next build of an app in this situation under either table."""
    old, new = next_resolution(situation, before), next_resolution(situation, after)
    known = {warning.code for warning in old.warnings}
    return Impact(
        fate=_fate(old, new),
        before=_version(old),
        after=_version(new),
        failure=new.failure.code if new.failure else "",
        new_warnings=tuple(warning.code for warning in new.warnings if warning.code not in known),
    )


def next_resolution(situation: Situation, table: Table) -> Resolution:
    """What a builder gets that finds the same files again and sends what it then has to send."""
    stack = table.find_stack(situation.stack)
    has_memory = stack is not None and stack.ruleset is Ruleset.CURRENT  # the documented rules know no stickiness
    request = None
    if situation.request_version and situation.request_origin not in (ORIGIN_CACHED, ORIGIN_DEFAULT):
        request = Request(situation.request_version, situation.request_origin)
    previous = _previous(situation) if has_memory else None
    try:
        return resolve_held(
            request,
            hold=situation.hold,
            stack=situation.stack,
            table=table,
            previous=previous,
            arch=situation.arch,
        )
    except Refusal:  # a builder reported a request that no resolution understands; the next build fails as this one did
        return Resolution(None, request)


def _previous(situation: Situation) -> str | None:
    if situation.python_version:
        return situation.python_version
    if situation.request_origin != ORIGIN_CACHED:
        return None
    wanted = Wanted.parse(situation.request_version)
    # The series is all that a failed sticky build still tells; any release of it is remembered alike.
    return None if wanted is None else f"{wanted.series_text}.{wanted.patch or 0}"


def _fate(old: Resolution, new: Resolution) -> Fate:
    before, after = _version(old), _version(new)
    if not after:
        return Fate.NEWLY_FAILS if before else Fate.STILL_FAILS
    if not before:
        return Fate.RECOVERS
    if before != after:
        return Fate.MOVES
    if any(isinstance(warning, ReleaseHeld) for warning in new.warnings):
        return Fate.STAYS_HELD
    if new.release and new.release.is_pinned:
        return Fate.STAYS_PINNED
    is_sticky = new.request is not None and new.request.origin == ORIGIN_CACHED
    return Fate.STAYS_STICKY if is_sticky else Fate.STAYS


def _version(resolution: Resolution) -> str:
    """What gets installed: nothing when there is a failure, even if it names a release."""
    return str(resolution.release.version) if resolution.release and resolution.failure is None else ""
