"""An answer of detection as people read it: the trace line by line, and the whole as text to forward.

Works on the answer's document, so that the sandbox and a build's page tell the same; a stored document is a stranger's,
and anything in it may be missing or of another kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from builds.domain.trace import Verdict
from versions.domain.resolution import ORIGIN_CACHED, ORIGIN_DEFAULT

MAX_TRACE_LINES = 200
MAX_TEXT_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One thing that was looked at. `subject` is empty where the text names it anyway."""

    icon: str
    icon_class: str
    word: str
    subject: str
    text: str


def trace_lines(document: Mapping[str, object]) -> list[TraceLine]:
    trace = document.get("trace")
    entries = trace if isinstance(trace, list) else []
    return [_trace_line(entry) for entry in entries[:MAX_TRACE_LINES] if isinstance(entry, Mapping)]


def _trace_line(entry: Mapping[str, object]) -> TraceLine:
    looks = {
        Verdict.TAKEN.value: ("good", "is-good", _("Taken")),
        Verdict.PASSED_OVER.value: ("skip", "", _("Passed over")),
        Verdict.FAILED.value: ("bad", "is-bad", _("Failed")),
    }
    verdict = _text(entry, "verdict")
    icon, icon_class, word = looks.get(verdict, ("lost", "", verdict))
    subject, text = _text(entry, "subject"), _text(entry, "text") or _text(entry, "reason")
    return TraceLine(icon, icon_class, word, "" if subject in text else subject, text)


def origin_words(origin: str) -> str:
    """Where a request came from, in words that need no glossary."""
    if origin == ORIGIN_DEFAULT:
        return _("the stack's default")
    if origin == ORIGIN_CACHED:
        return _("the app's last build")
    return origin


def answer_text(document: Mapping[str, object], *, stack: str, arch: str) -> str:
    """The whole answer as plain text, in whole sentences, so that it can be forwarded unchanged."""
    parts = [_headline(document), _surroundings(document, stack, arch), *_findings(document), *_notes(document)]
    lines = trace_lines(document)
    if lines:
        parts.append(_("What was looked at, in this order:"))
        parts += [
            f"{number}. [{line.word}] {line.subject + ': ' if line.subject else ''}{line.text}"
            for number, line in enumerate(lines, 1)
        ]
    return "\n".join(part for part in parts if part)


def _headline(document: Mapping[str, object]) -> str:
    if document.get("detected") is False:
        return _("This is not a Python app.")
    failure = _mapping(document, "failure")
    if failure:
        return _("No Python is chosen: %(title)s.") % {"title": (_text(failure, "title") or _text(failure, "code"))}
    version = _text(_mapping(document, "release"), "version")
    return _("The app gets Python %(version)s.") % {"version": version} if version else ""


def _surroundings(document: Mapping[str, object], stack: str, arch: str) -> str:
    parts = [_("Stack %(stack)s (%(arch)s)") % {"stack": stack, "arch": arch}]
    if document.get("ruleset"):
        parts.append(_("ruleset %(ruleset)s") % {"ruleset": _text(document, "ruleset")})
    if document.get("revision"):
        parts.append(_("revision %(number)s of the table") % {"number": _text(document, "revision")})
    return ", ".join(parts) + ".\n"


def _installer(document: Mapping[str, object]) -> str:
    """The package manager, and the version of it that the stack's table names."""
    names = ("package_manager", "package_manager_version")
    return " ".join(filter(None, (_text(document, name) for name in names)))


def _findings(document: Mapping[str, object]) -> list[str]:
    request, release = _mapping(document, "request"), _mapping(document, "release")
    found = {
        _("Package manager"): _installer(document),
        _("Requested"): _text(request, "version"),
        _("Read from"): origin_words(_text(request, "origin")),
        _("Resolved to"): _text(release, "version"),
        _("Installed with"): " && ".join(install_commands(document)),
    }
    lines = [f"{label}: {value}" for label, value in found.items() if value]
    if release and not release.get("artifact"):
        lines.append(_("The release is listed but not installable: no archive of it is stored for this architecture."))
    return [f"{line}\n" if line is lines[-1] else line for line in lines]


def _notes(document: Mapping[str, object]) -> list[str]:
    failure, warnings = _mapping(document, "failure"), document.get("warnings")
    notes = [_note(_("Failure"), failure)] if failure else []
    advisories = document.get("advisories")
    known = [*(warnings if isinstance(warnings, list) else ()), *(advisories if isinstance(advisories, list) else ())]
    return notes + [_note(_("Warning"), warning) for warning in known if isinstance(warning, Mapping)]


def _note(word: str, outcome: Mapping[str, object]) -> str:
    code = _text(outcome, "code")
    title, message = _text(outcome, "title") or code, _text(outcome, "message")
    return f"{word}: {title}. {message}\n{settings.PUBLIC_URL}/docs/codes/{code}\n"


def install_commands(document: Mapping[str, object]) -> list[str]:
    commands = document.get("install_commands")
    known = commands if isinstance(commands, list) else []
    return [" ".join(str(word) for word in command) for command in known if isinstance(command, list)]


def _mapping(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    return "" if value is None else printable(str(value)[:MAX_TEXT_CHARACTERS])


def printable(text: str) -> str:
    """The text with control characters and whatever reorders a line written out: it quotes strangers' files."""
    shown = (piece if piece.isprintable() else piece.encode("unicode_escape").decode("ascii") for piece in text)
    return text if text.isprintable() else "".join(shown)
