"""The words of a trace: one sentence for each reason that something was taken, passed over or refused."""

from collections.abc import Mapping

from builds.domain.trace import Reason, TraceEntry
from versions.domain.messages import fill_text

TRACE_TEXTS: Mapping[Reason, str] = {
    Reason.MARKS_APP: "{subject} makes this a Python app.",
    Reason.NO_MARK: "Nothing in the root of the app makes it a Python app.",
    Reason.STACK_KNOWN: "The stack is in the table and builds are made on it.",
    Reason.CHECK_FAILED: "This ended the search with {code}.",
    Reason.CHOOSES_MANAGER: "{subject} is there, so {manager} installs the dependencies.",
    Reason.SEVERAL_MANAGERS: "{subject} speaks for {manager}, and so do other files for other tools.",
    Reason.ABSENT: "{subject} is not there.",
    Reason.NOT_A_FILE: "{subject} is there, but it is no file.",
    Reason.NAMES_VERSION: "{subject} asks for Python {version}.",
    Reason.NAMES_NO_VERSION: "{subject} asks for no version of CPython.",
    Reason.UNREADABLE: "{subject} cannot be used: {code}.",
    Reason.VERSION_IGNORED: "{subject} asks for {found}, which no stack offers as a series.",
    Reason.OUTRANKED: "The last build used Python {previous}; the app's own request goes before it.",
    Reason.NOT_SENT: "No earlier build is known.",
    Reason.MALFORMED: "What is known of the last build is no Python release.",
    Reason.STICKY: "The last build used Python {previous}, so {version} is asked for again.",
    Reason.DEFAULT: "Nothing asks for a version, so the default of the stack counts: {version}.",
    Reason.RELEASE_FOUND: "The table answers with Python {version}.",
    Reason.RELEASE_MISSING: "The table has no release for this: {code}.",
    Reason.NOT_ALLOWED: "The package manager does not allow this origin of the version: {code}.",
    Reason.HELD: "Staff hold the app at Python {version}, which goes before its own request.",
}


def trace_text(entry: TraceEntry) -> str:
    """The sentence for one entry, with its facts filled in."""
    return fill_text(TRACE_TEXTS[entry.reason], {"subject": entry.subject, **entry.facts})
