"""The sandbox's form: what was typed or dropped, kept exactly for the next look, and what is wrong with it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from builds.domain.source import SourceTree
from builds.domain.source_document import read_source
from builds.pages.sandbox_listing import listed_entries
from builds.pages.sandbox_rows import (
    TEXT,
    TOO_LARGE_CODE,
    FileRow,
    named_rows,
    sent_row,
    too_large_text,
    uploaded_row,
    with_plain_line_ends,
)
from versions.domain.refusals import Fault, Refusal
from versions.domain.table import Ruleset

EMPTY_ROWS = 2
MAX_ROWS = 200
_ARCH = re.compile(r"[a-z0-9_]{1,20}")
_PLACE = re.compile(r"[0-9]{1,4}", re.ASCII)
_REVISION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A file that was just taken out, and before which row it belongs when that is undone."""

    row: FileRow
    place: int


@dataclass(frozen=True, slots=True)
class SandboxFields:
    """All fields as they were sent. `names` lists what lies in the app besides, as `listed_entries` reads it."""

    stack: str = ""
    ruleset: str = ""
    previous: str = ""
    revision: str = ""
    arch: str = ""
    names: str = ""
    rows: tuple[FileRow, ...] = ()
    app: str = ""
    removed: RemovedRow | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def revision_number(self) -> int | None:
        return int(self.revision) if _REVISION.fullmatch(self.revision) else None

    @property
    def is_sound(self) -> bool:
        return not self.errors and not any(row.error for row in self.rows)

    @property
    def query(self) -> str:
        """The same question as an address carries it."""
        fields: dict[str, str | list[str]] = {"stack": self.stack, "ruleset": self.ruleset, "previous": self.previous}
        fields |= {"app": self.app, "revision": self.revision, "arch": self.arch, "names": self.names.strip("\n")}
        rows = self.rows
        fields |= {"name": [row.name for row in rows], "content": [row.content for row in rows]}
        if any(row.form != TEXT for row in rows):
            fields["form"] = [row.form for row in rows]
        return urlencode({name: value for name, value in fields.items() if value}, doseq=True)

    def with_error(self, name: str, text: str) -> "SandboxFields":
        return replace(self, errors={**self.errors, name: text})

    def with_too_large(self, name: str, size_bytes: int, limit_bytes: int) -> "SandboxFields":
        """With what is said of a file that detection does not read, beside that file."""
        text = too_large_text(name, size_bytes, limit_bytes)
        rows = tuple(row.with_error(text, TOO_LARGE_CODE) if row.path == name else row for row in self.rows)
        return replace(self, rows=rows)


def read_fields(data: QueryDict, uploads: Iterable["UploadedFile[bytes]"] = ()) -> SandboxFields:
    """The fields of a form or an address; nothing is refused here.

    `remove` is the place of the row whose button was pressed, counted as the browser had them; `undo` puts the row
    back that was removed last.
    """
    rows, removed = _sent_rows(data)
    rows = [*rows, *(uploaded_row(upload) for upload in uploads)]
    return SandboxFields(
        stack=data.get("stack", "").strip(),
        ruleset=data.get("ruleset", ""),
        previous=data.get("previous", "").strip(),
        app=data.get("app", "").strip()[:63],
        revision=data.get("revision", "").strip(),
        arch=data.get("arch", "").strip(),
        names=with_plain_line_ends(data.get("names", "")),
        rows=tuple(rows[:MAX_ROWS]),
        removed=removed,
    )


def _sent_rows(data: QueryDict) -> tuple[list[FileRow], RemovedRow | None]:
    """The rows that hold anything, one being removed or put back, and what was removed."""
    given = zip_longest(data.getlist("name"), data.getlist("content"), data.getlist("form"), fillvalue="")
    rows: list[FileRow] = []
    removed = None
    for index, (name, content, form) in enumerate(given):
        row = sent_row(name.strip(), content, form)
        if row.is_empty:
            continue
        if str(index) == data.get("remove"):
            removed = RemovedRow(row, len(rows))
        else:
            rows.append(row)
    if "undo" in data:
        back = sent_row(data.get("gone_name", ""), data.get("gone_content", ""), data.get("gone_form", ""))
        place = data.get("gone_place", "")
        rows.insert(int(place) if _PLACE.fullmatch(place) else len(rows), back)
    return rows, removed


def checked(fields: SandboxFields) -> tuple[SandboxFields, SourceTree | None]:
    """The fields with what is wrong noted beside each, and the source tree when nothing is."""
    rows = named_rows(fields.rows)
    errors = dict(_setting_errors(fields))
    if not fields.rows and not fields.names.strip():
        errors["files"] = _("Name at least one file; an empty one will do.")
    try:
        tree = read_source(_documents(rows, fields.names))
    except Refusal as refusal:
        rows, elsewhere = _placed(rows, refusal.faults)
        if elsewhere:
            errors["names"] = elsewhere
        return replace(fields, rows=rows, errors=errors), None
    fields = replace(fields, rows=rows, errors=errors)
    return fields, tree if fields.is_sound else None


def _setting_errors(fields: SandboxFields) -> Iterable[tuple[str, str]]:
    if fields.ruleset and fields.ruleset not in set(Ruleset):
        yield "ruleset", _("Choose one of the listed rulesets.")
    if fields.revision and fields.revision_number is None:
        yield "revision", _("Write the number of a revision, or nothing for the current one.")
    if fields.arch and not _ARCH.fullmatch(fields.arch):
        yield "arch", _("An architecture is written like amd64.")


def _documents(rows: Sequence[FileRow], names: str) -> dict[str, object]:
    """The JSON form of the tree. A name that stands in the list as well as among the files is the file."""
    files: dict[str, object] = {row.path: row.entry for row in rows if row.name and not row.error}
    return {**listed_entries(names, beside=files), **files}


def _placed(rows: Sequence[FileRow], faults: Sequence[Fault]) -> tuple[tuple[FileRow, ...], str]:
    """The rows with their faults, and a sentence on those that belong to the list of names."""
    by_place = {fault.place: fault.problem for fault in faults}
    placed = tuple(
        row.with_error(_sentence(by_place.pop(place))) if (place := _place(row.path)) in by_place else row
        for row in rows
    )
    elsewhere = [f"{place.removeprefix('files[').removesuffix(']')}: {text}" for place, text in by_place.items()]
    return placed, "; ".join(elsewhere[:3])


def _place(name: str) -> str:
    """How `read_source` names the place of a fault."""
    return f"files[{name[:80]!a}]"


def _sentence(problem: str) -> str:
    return _("This name %(problem)s.") % {"problem": problem} if problem.startswith(("is ", "lies ")) else problem
