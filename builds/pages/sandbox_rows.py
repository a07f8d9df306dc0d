"""The sandbox's files, a row each, and how a row carries what a text field would change.

Browsers send line ends of text fields as CR LF whatever was typed, so these become LF; a file with other line ends has
to be dropped or chosen, not pasted.
"""

import base64
import re
from dataclasses import dataclass, replace

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from builds.domain.messages import explain
from builds.domain.sources.contents import MAX_LOCK_BYTES

TEXT = "text"
ENCODED = "base64"
TOO_LARGE = "too-large"  # the file stayed where it was; its row carries its size alone, and is refused until removed
MAX_FILE_BYTES = MAX_LOCK_BYTES  # nothing larger is read under any ruleset
MAX_SHOWN_LINES = 12
TOO_LARGE_CODE = "request::too-large"
_CARRIED_BY_TEXT_FIELDS = re.compile(r"[^\0\r\ud800-\udfff]*")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file: its path, and its contents as `form` says. A path that ends in a slash is a folder's.

    `error` says what is wrong with it, `error_code` is that problem's code where it has one.
    """

    name: str = ""
    content: str = ""
    form: str = TEXT
    error: str = ""
    error_code: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.name and not self.content

    @property
    def is_encoded(self) -> bool:
        return self.form == ENCODED

    @property
    def is_too_large(self) -> bool:
        return self.form == TOO_LARGE

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def path(self) -> str:
        return self.name.removesuffix("/")

    @property
    def size_bytes(self) -> int:
        return len(self.content) * 3 // 4 - self.content.count("=") if self.is_encoded else len(self.content)

    @property
    def lines(self) -> int:
        """How many lines its text field shows at once."""
        return min(max(self.content.count("\n") + 1, 2), MAX_SHOWN_LINES)

    @property
    def entry(self) -> dict[str, object]:
        return {"dir": True} if self.is_folder else {self.form: self.content}

    def with_error(self, text: str, code: str = "") -> "FileRow":
        return replace(self, error=text, error_code=code)


def sent_row(name: str, content: str, form: str) -> FileRow:
    """A row as a form or an address carries it."""
    if form in {ENCODED, TOO_LARGE}:
        return FileRow(name, content, form)
    return FileRow(name, with_plain_line_ends(content))


def uploaded_row(upload: "UploadedFile[bytes]") -> FileRow:
    """A chosen file with its bytes."""
    name, size = upload.name or "", upload.size or 0
    if size > MAX_FILE_BYTES:
        return FileRow(name, str(size), TOO_LARGE)
    contents = upload.read()
    try:
        text = contents.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if _CARRIED_BY_TEXT_FIELDS.fullmatch(text):
        return FileRow(name, text)
    return FileRow(name, base64.b64encode(contents).decode("ascii"), ENCODED)


def too_large_text(name: str, size_bytes: int | str, limit_bytes: int = MAX_FILE_BYTES) -> str:
    facts = {"name": name, "size_bytes": size_bytes, "limit_bytes": limit_bytes}
    return explain(TOO_LARGE_CODE, facts).text


def named_rows(rows: tuple[FileRow, ...]) -> tuple[FileRow, ...]:
    """The rows with what is wrong with a row itself noted."""
    seen: set[str] = set()
    named = []
    for row in rows:
        problem = row if row.error else _with_problem(row, is_second=row.path in seen)
        seen.add(row.path)
        named.append(problem)
    return tuple(named)


def _with_problem(row: FileRow, *, is_second: bool) -> FileRow:
    if row.is_too_large:
        return row.with_error(too_large_text(row.name, row.content[:20]), TOO_LARGE_CODE)
    if row.content and not row.name:
        return row.with_error(_("Give this file a name."))
    if is_second:
        return row.with_error(_("There is another file of this name."))
    if row.is_folder and row.content:
        return row.with_error(_("A name with a slash at the end is a folder, and a folder has no contents."))
    return row


def with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n")
