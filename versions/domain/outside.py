"""Outside copies of the table that are held against it again and again: their forms, places and schedules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum

from versions.domain.names import NAME_PATTERN
from versions.domain.refusals import Fault, Refusal

MAX_NAME_CHARACTERS = 80
MAX_LOCATION_CHARACTERS = 2000
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)


class OutsideForm(StrEnum):
    """What kind of text a copy is."""

    TABLE_DOCUMENT = "table document"
    DOCUMENTATION = "documentation page"
    LIST = "list of versions"
    LISTING = "folder listing"


class CheckEvery(IntEnum):
    """How often a copy is looked at, in minutes."""

    QUARTER_HOUR = 15
    HOUR = 60
    SIX_HOURS = 360
    DAY = 1440
    WEEK = 10080

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.value)


@dataclass(frozen=True, slots=True)
class CopyEntry:
    """What staff say of a copy. `location`: an http(s) address, or a file below the installation's `outside` folder.

    `stack` is empty for a copy that names its stacks itself, or speaks of all of them.
    """

    name: str
    location: str
    form: OutsideForm
    stack: str
    every: CheckEvery
    is_enabled: bool

    def check(self) -> None:
        """Raises Refusal `request::malformed`, whose faults name each wrong field."""
        faults = [Fault(place, problem) for place, problem in self._problems().items() if problem]
        if faults:
            raise Refusal("request::malformed", faults=tuple(faults))

    def _problems(self) -> Mapping[str, str]:
        is_name = 0 < len(self.name.strip()) <= MAX_NAME_CHARACTERS and self.name.isprintable()
        return {
            "name": "" if is_name else f"expected 1 to {MAX_NAME_CHARACTERS} printable characters",
            "location": location_problem(self.location),
            "stack": "" if not self.stack or re.fullmatch(NAME_PATTERN, self.stack) else "is not a stack's name",
        }


def is_address(location: str) -> bool:
    """Whether the copy is fetched; otherwise it is a file of this installation."""
    return "://" in location


def location_problem(location: str) -> str:
    """What is wrong with the place, empty for none. Hosts are judged when they are fetched from."""
    if len(location) > MAX_LOCATION_CHARACTERS:
        return f"has more than {MAX_LOCATION_CHARACTERS} characters"
    if is_address(location):
        is_plain = location.isascii() and location.isprintable() and " " not in location
        is_web = location.lower().startswith(("http://", "https://"))
        return "" if is_plain and is_web else "is not an address that begins with http:// or https://"
    return "" if _FILE.fullmatch(location) else "is neither an address nor the plain name of a file"
