"""What was looked at on the way to an answer, in order, and why it was taken or passed over.

It is collected with every detection, because one that was asked for afterwards would be another one. Entries are data;
`builds.domain.messages.traces` has their words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    TAKEN = "taken"
    PASSED_OVER = "passed-over"
    FAILED = "failed"


class Reason(StrEnum):
    """Why something was taken, passed over or refused."""

    MARKS_APP = "marks-app"
    NO_MARK = "no-mark"
    STACK_KNOWN = "stack-known"
    CHECK_FAILED = "check-failed"
    CHOOSES_MANAGER = "chooses-manager"
    SEVERAL_MANAGERS = "several-managers"
    ABSENT = "absent"
    NOT_A_FILE = "not-a-file"
    NAMES_VERSION = "names-version"
    NAMES_NO_VERSION = "names-no-version"
    UNREADABLE = "unreadable"
    VERSION_IGNORED = "version-ignored"
    OUTRANKED = "outranked"
    NOT_SENT = "not-sent"
    MALFORMED = "malformed"
    STICKY = "sticky"
    DEFAULT = "default"
    RELEASE_FOUND = "release-found"
    RELEASE_MISSING = "release-missing"
    NOT_ALLOWED = "not-allowed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing looked at: a file, a check, the last build, the table. `facts` fill the reason's words."""

    subject: str
    verdict: Verdict
    reason: Reason
    facts: Mapping[str, str] = field(default_factory=dict)


class Trace:
    """Collects entries in the order in which things are looked at."""

    def __init__(self) -> None:
        self._entries: list[TraceEntry] = []

    @property
    def entries(self) -> tuple[TraceEntry, ...]:
        return tuple(self._entries)

    def taken(self, subject: str, reason: Reason, **facts: str) -> None:
        self._entries.append(TraceEntry(subject, Verdict.TAKEN, reason, facts))

    def passed_over(self, subject: str, reason: Reason, **facts: str) -> None:
        self._entries.append(TraceEntry(subject, Verdict.PASSED_OVER, reason, facts))

    def failed(self, subject: str, reason: Reason, **facts: str) -> None:
        self._entries.append(TraceEntry(subject, Verdict.FAILED, reason, facts))
