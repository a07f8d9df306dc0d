"""Holds: staff decide which release an app's builds get, whatever the app asks for, until a day.

A hold is an argument like any other. Whether its last day has passed is for the caller to say, who has a clock; a hold
that is handed in here counts.
"""

from dataclasses import dataclass, replace
from datetime import date

from versions.domain.resolution.outcomes import HeldReleaseMissing, ReleaseHeld, SeriesDeprecated
from versions.domain.resolution.requests import ORIGIN_DEFAULT, Request
from versions.domain.resolution.resolving import Resolution, resolve, usable_stack
from versions.domain.table import ReleaseStatus, Ruleset, SeriesStatus, StackEntry, Table
from versions.domain.version import Version


@dataclass(frozen=True, slots=True)
class Hold:
    """`until_on` is the last day on which it holds, `by` the person who decided so."""

    version: Version
    reason: str
    until_on: date
    by: str


def resolve_held(
    request: Request | None,
    *,
    hold: Hold | None,
    stack: str,
    table: Table,
    ruleset: Ruleset | None = None,
    previous: str | None = None,
    arch: str = "amd64",
) -> Resolution:
    """As `resolve`, but a hold decides the release. The answer keeps the app's own request.

    A stack that nothing is built on goes before the hold. A held release that the stack lacks, or that was withdrawn
    there, is a failure and not a reason to take another one: whoever held the app said that no other release will do,
    and a failed build leaves the running app alone. A yanked one is used, as exact requests use it.
    """
    own = resolve(request, stack=stack, table=table, ruleset=ruleset, previous=previous, arch=arch)
    entry = usable_stack(stack, table)
    if hold is None or not isinstance(entry, StackEntry):
        return own
    status = _status_of(hold.version, entry)
    if status not in (ReleaseStatus.AVAILABLE, ReleaseStatus.YANKED):
        missing = HeldReleaseMissing(
            str(hold.version), stack, "withdrawn" if status else "missing", hold.reason, hold.until_on, hold.by
        )
        return replace(own, release=None, failure=missing, warnings=())
    exact = Request(str(hold.version), own.request.origin if own.request else ORIGIN_DEFAULT)
    return _held(own, resolve(exact, stack=stack, table=table, ruleset=ruleset, arch=arch), hold, entry)


def _held(own: Resolution, exact: Resolution, hold: Hold, entry: StackEntry) -> Resolution:
    """The answer to `exact`, which asked for the held release, told as the answer to the app's own request."""
    assert exact.release is not None  # the release is available or yanked, and so resolves exactly
    release = entry.find_release(hold.version)
    instead = own.release.version if own.release and own.failure is None else None
    held = ReleaseHeld(
        hold.version,
        hold.reason,
        hold.until_on,
        hold.by,
        instead if instead != hold.version else None,
        (release.reason or "") if release and release.status is ReleaseStatus.YANKED else "",
    )
    # What is said of a release because the app asks for it would send its developer after the wrong line.
    lasting = tuple(warning for warning in exact.warnings if isinstance(warning, SeriesDeprecated))
    is_pinned = own.request is not None and own.request.version == str(hold.version)
    return replace(own, release=replace(exact.release, is_pinned=is_pinned), failure=None, warnings=(held, *lasting))


def _status_of(version: Version, entry: StackEntry) -> ReleaseStatus | None:
    """None when the stack does not offer the release at all."""
    series, release = entry.find_series(version.series), entry.find_release(version)
    if series is None or release is None or series.status is SeriesStatus.REMOVED:
        return None
    return release.status
