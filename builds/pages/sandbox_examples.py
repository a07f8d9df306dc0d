"""Questions to begin with, each one click away; every one of them can come from support any day."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from builds.pages.sandbox_fields import SandboxFields
from builds.pages.sandbox_rows import FileRow

_PIPFILE = '[packages]\nflask = "*"\n\n[requires]\npython_version = "3.11"\n'
_FLASK = FileRow("requirements.txt", "flask\n")


@dataclass(frozen=True, slots=True)
class Example:
    """`query` fills the form and asks."""

    title: str
    note: str
    query: str


def examples(stack: str) -> list[Example]:
    def asked(*rows: FileRow, ruleset: str = "", previous: str = "") -> str:
        return SandboxFields(stack=stack, ruleset=ruleset, previous=previous, rows=rows).query

    return [
        Example(
            _("A Pipfile that asks for 3.11"),
            _("and the newest 3.11 it gets"),
            asked(FileRow("Pipfile", _PIPFILE), ruleset="documented"),
        ),
        Example(
            _("runtime.txt with a typo"),
            _("what its developer is told"),
            asked(_FLASK, FileRow("runtime.txt", "pyton-3.12.3\n")),
        ),
        Example(
            _(".python-version under today's rules"),
            _("ruleset current"),
            asked(_FLASK, FileRow(".python-version", "3.12\n"), ruleset="current"),
        ),
        Example(
            _("An app that asks for nothing"),
            _("last built with 3.11.4"),
            asked(_FLASK, ruleset="current", previous="3.11.4"),
        ),
        Example(
            _("Two tools at once"),
            _("requirements.txt beside poetry.lock"),
            asked(_FLASK, FileRow("poetry.lock"), FileRow("pyproject.toml"), ruleset="current"),
        ),
        Example(
            _("A file of the wrong name"),
            _("requirement.txt instead of requirements.txt"),
            asked(FileRow("requirement.txt", "flask\n"), FileRow("app.py"), ruleset="current"),
        ),
    ]
