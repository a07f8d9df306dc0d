"""What may be said when an app is held at a release, and a hold as JSON.

How a hold decides a resolution stands in `versions.domain.resolution.holds`.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from versions.domain.refusals import Fault
from versions.domain.resolution import Hold
from versions.domain.version import Version

MAX_REASON_CHARACTERS = 1_000
LONGEST = timedelta(days=366)


def hold_faults(*, version: str, reason: str, until_on: date | None, today: date) -> tuple[Fault, ...]:
    """What is wrong with a hold that somebody wants, by field; empty when nothing is."""
    faults = []
    if Version.parse(version) is None:
        faults.append(Fault("version", "expected a release such as 3.12.3"))
    if not reason.strip() or len(reason) > MAX_REASON_CHARACTERS:
        faults.append(Fault("reason", f"say why, in at most {MAX_REASON_CHARACTERS} characters"))
    elif not reason.isprintable():
        faults.append(Fault("reason", "holds a line break or another control character"))
    if until_on is None or not today <= until_on <= today + LONGEST:
        faults.append(Fault("until_on", f"expected a day from {today} to {today + LONGEST}"))
    return tuple(faults)


def hold_document(hold: Hold | None) -> dict[str, object] | None:
    """`{version, reason, until_on, by}`; null for an app that nobody holds."""
    if hold is None:
        return None
    return {"version": str(hold.version), "reason": hold.reason, "until_on": str(hold.until_on), "by": hold.by}


def read_hold(document: object) -> Hold | None:
    """The hold of a stored answer, which may be a stranger's: None for whatever is no hold."""
    if not isinstance(document, Mapping):
        return None
    version = Version.parse(str(document.get("version")))
    try:
        until_on = date.fromisoformat(str(document.get("until_on")))
    except ValueError:
        return None
    return Hold(version, str(document.get("reason")), until_on, str(document.get("by"))) if version else None
