"""The sandbox's form: what was typed or dropped, kept exactly for the next look, and what is wrong with it.

A file travels as text where a text field carries it unchanged, else as base64. Browsers send line ends of text fields
as CR LF whatever was typed, so these become LF; a file with other line ends has to be dropped or chosen, not pasted.
"""

import base64
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
from versions.domain.refusals import Fault, Refusal
from versions.domain.table import Ruleset

ENCODED = "base64"
EMPTY_ROWS = 3
MAX_ROWS = 200
_ARCH = re.compile(r"[a-z0-9_]{1,20}")
_REVISION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_CARRIED_BY_TEXT_FIELDS = re.compile(r"[^\0\r\ud800-\udfff]*")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its path, and its contents as text or base64. `error` says what is wrong with it."""

    name: str = ""
    content: str = ""
    is_encoded: bool = False
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.name and not self.content

    @property
    def size_bytes(self) -> int:
        return len(self.content) * 3 // 4 - self.content.count("=") if self.is_encoded else len(self.content)

    @property
    def entry(self) -> dict[str, str]:
        return {ENCODED if self.is_encoded else "text": self.content}


@dataclass(frozen=True, slots=True)
class SandboxFields:
    """All fields as they were sent. `names` lists what lies in the root besides, one a line, folders with a slash."""

    stack: str = ""
    ruleset: str = ""
    previous: str = ""
    revision: str = ""
    arch: str = ""
    names: str = ""
    rows: tuple[FileRow, ...] = ()
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
        fields |= {"revision": self.revision, "arch": self.arch, "names": self.names.strip("\n")}
        rows = self.rows
        fields |= {"name": [row.name for row in rows], "content": [row.content for row in rows]}
        if any(row.is_encoded for row in rows):
            fields["form"] = [ENCODED if row.is_encoded else "text" for row in rows]
        return urlencode({name: value for name, value in fields.items() if value}, doseq=True)

    def with_error(self, name: str, text: str) -> "SandboxFields":
        return replace(self, errors={**self.errors, name: text})


def read_fields(data: QueryDict, uploads: Iterable["UploadedFile[bytes]"] = ()) -> SandboxFields:
    """The fields of a form or an address; nothing is refused here.

    `remove` is the place of the row whose button was pressed, counted as the browser had them.
    """
    given = zip_longest(data.getlist("name"), data.getlist("content"), data.getlist("form"), fillvalue="")
    removed = data.get("remove", "")
    rows = [
        _row(name.strip(), content, form) for index, (name, content, form) in enumerate(given) if str(index) != removed
    ]
    rows = [*[row for row in rows if not row.is_empty], *(_uploaded(upload) for upload in uploads)]
    return SandboxFields(
        stack=data.get("stack", "").strip(),
        ruleset=data.get("ruleset", ""),
        previous=data.get("previous", "").strip(),
        revision=data.get("revision", "").strip(),
        arch=data.get("arch", "").strip(),
        names=_line_ends(data.get("names", "")),
        rows=tuple(rows[:MAX_ROWS]),
    )


def checked(fields: SandboxFields) -> tuple[SandboxFields, SourceTree | None]:
    """The fields with what is wrong noted beside each, and the source tree when nothing is."""
    rows = _named_rows(fields.rows)
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


def _named_rows(rows: Sequence[FileRow]) -> tuple[FileRow, ...]:
    seen: set[str] = set()
    named = []
    for row in rows:
        error = ""
        if row.content and not row.name:
            error = _("Give this file a name.")
        elif row.name in seen:
            error = _("There is another file of this name.")
        seen.add(row.name)
        named.append(replace(row, error=error) if error else row)
    return tuple(named)


def _documents(rows: Sequence[FileRow], names: str) -> dict[str, object]:
    """The JSON form of the tree. A name that stands in the list as well as among the files is the file."""
    lines = [line.strip() for line in names.split("\n")]
    listed: dict[str, object] = {
        line.removesuffix("/"): {"dir": True} if line.endswith("/") else {"text": ""} for line in lines if line
    }
    return {**listed, **{row.name: row.entry for row in rows if row.name and not row.error}}


def _placed(rows: Sequence[FileRow], faults: Sequence[Fault]) -> tuple[tuple[FileRow, ...], str]:
    """The rows with their faults, and a sentence on those that belong to the list of names."""
    by_place = {fault.place: fault.problem for fault in faults}
    placed = tuple(
        replace(row, error=_sentence(by_place.pop(place))) if (place := _place(row.name)) in by_place else row
        for row in rows
    )
    elsewhere = [f"{place.removeprefix('files[').removesuffix(']')}: {text}" for place, text in by_place.items()]
    return placed, "; ".join(elsewhere[:3])


def _place(name: str) -> str:
    """How `read_source` names the place of a fault."""
    return f"files[{name[:80]!a}]"


def _sentence(problem: str) -> str:
    return _("This name %(problem)s.") % {"problem": problem} if problem.startswith(("is ", "lies ")) else problem


def _row(name: str, content: str, form: str) -> FileRow:
    if form == ENCODED:
        return FileRow(name, content, is_encoded=True)
    return FileRow(name, _line_ends(content))


def _uploaded(upload: "UploadedFile[bytes]") -> FileRow:
    contents = upload.read()
    try:
        text = contents.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if _CARRIED_BY_TEXT_FIELDS.fullmatch(text):
        return FileRow(upload.name or "", text)
    return FileRow(upload.name or "", base64.b64encode(contents).decode("ascii"), is_encoded=True)


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")
