"""What the registry knows of an app beside its builds, and what such an entry may say."""

import re
from dataclasses import dataclass

from versions.domain.refusals import Fault

APP_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MAX_OWNER_CHARACTERS = 200
MAX_CONTACT_CHARACTERS = 200
MAX_URL_CHARACTERS = 2000
# Only addresses that a page may safely make a link of; `javascript:` is none.
_ADDRESS = re.compile(r"https?://[^\s/][^\s]*")

NAME_PROBLEM = "expected lower-case letters, digits and hyphens, at most 63"
ADDRESS_PROBLEM = "expected an address that starts with http:// or https:// and holds no space"


@dataclass(frozen=True, slots=True)
class AppEntry:
    """Whom an app belongs to and where it is found; texts may be empty. A dormant app is not `is_active`."""

    owner: str
    contact: str
    url: str
    is_active: bool


def entry_faults(entry: AppEntry) -> tuple[Fault, ...]:
    """What is wrong with the entry, field by field under the names of the API; empty when nothing is."""
    limits = (
        ("owner", entry.owner, MAX_OWNER_CHARACTERS),
        ("contact", entry.contact, MAX_CONTACT_CHARACTERS),
        ("url", entry.url, MAX_URL_CHARACTERS),
    )
    faults = [
        Fault(field, f"has {len(text)} characters; at most {limit} are kept")
        for field, text, limit in limits
        if len(text) > limit
    ]
    faults += [Fault(field, problem) for field, text, _limit in limits if (problem := _unprintable(text))]
    if entry.url and not _ADDRESS.fullmatch(entry.url):
        faults.append(Fault("url", ADDRESS_PROBLEM))
    return tuple(faults)


def is_app_name(name: str) -> bool:
    return APP_NAME.fullmatch(name) is not None


def _unprintable(text: str) -> str:
    """Why the text can't be shown on one line; empty when it can."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "is not UTF-8"
    if any(character < " " or character == "\x7f" for character in text):
        return "holds a line break or another control character"
    return ""
