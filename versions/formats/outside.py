"""Outside copies of the table, as other places keep them: a documentation page, a JSON list, a folder listing.

Each is read into claims: what it says there is. What a copy doesn't speak of is no claim, so that only what it states
is compared.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from versions.domain.document import read_table
from versions.domain.outside import OutsideForm
from versions.domain.refusals import Refusal
from versions.domain.strict_json import read_json
from versions.domain.table import Table
from versions.domain.version import Series, Version


@dataclass(frozen=True, slots=True)
class NewestClaim:
    """That the newest release of a series on a stack is this one; None: that the series is unsupported there.

    `stack` is empty where the copy names none.
    """

    stack: str
    series: Series
    newest: Version | None


@dataclass(frozen=True, slots=True)
class CopyClaims:
    """What a copy claims.

    `newest`: cell by cell, of a documentation page. `releases`: the releases of each stack it names; under the empty
    name those of which it doesn't say on which stack they are. `table`: the whole of a table document.
    """

    form: OutsideForm
    newest: tuple[NewestClaim, ...] = ()
    releases: tuple[tuple[str, tuple[Version, ...]], ...] = ()
    table: Table | None = None


_NUMBER = r"(\d{1,3}\.\d{1,4}\.\d{1,6})"
_FILE = re.compile(rf"python-{_NUMBER}(?:-(ubuntu-\d\d\.\d\d)-[a-z0-9_]+)?\.(?:tar\.\w+|tgz|zip)", re.ASCII)
_STACK = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
# Longer than any line or link of a page that people keep; what a stranger's server sends is not worth more time.
_LONGEST_LINE = 20_000
_LONGEST_LINK = 2_000
_LINK = re.compile(r"""(?:href\s*=\s*["']?|<Key>)([^"'<>\s]+)""", re.IGNORECASE)
_CELL = re.compile(rf"up to\s+`?{_NUMBER}`?", re.ASCII)
_COLUMN = re.compile(rf"up to\s+`?{_NUMBER}`?|unsupported", re.ASCII)
_BULLET = re.compile(rf"[*+-]\s+`?(?:Python |python-)?{_NUMBER}`?", re.ASCII)


def read_outside(text: str, *, bases: dict[str, tuple[str, ...]]) -> CopyClaims:
    """The claims of a copy, whose form is told from its content. `bases`: the stacks on each base.

    Raises Refusal `outside::not-understood` when it is none of the known forms, or claims nothing.
    """
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        copy = _json_copy(text)
    elif (newest := _documentation(text)) is not None:
        copy = CopyClaims(OutsideForm.DOCUMENTATION, newest=newest)
    else:
        copy = CopyClaims(OutsideForm.LISTING, releases=_listing(text, bases))
    if not copy.newest and copy.table is None and not any(versions for _stack, versions in copy.releases):
        raise Refusal("outside::not-understood")
    return copy


def _documentation(text: str) -> tuple[NewestClaim, ...] | None:
    """What a page says in a table of series by stack (also once its bars are lost, as in copied text), or in a list of
    releases below a heading about versions, which then speaks of no stack. None when it has neither."""
    lines = [line for line in text.splitlines() if len(line) <= _LONGEST_LINE]
    return _table_claims(lines) or _column_claims(lines) or _bullet_claims(lines)


def _table_claims(lines: list[str]) -> tuple[NewestClaim, ...] | None:
    claims: list[NewestClaim] = []
    stacks: list[str] | None = None
    for line in lines:
        cells = [cell.strip().strip("`*") for cell in line.strip().strip("|").split("|")] if "|" in line else []
        series = Series.parse(cells[0]) if cells else None
        if len(cells) > 1 and cells[0].lower() in ("python version", "python", "version", "series"):
            stacks = cells[1:]
        elif stacks and series:
            claims += [_cell_claim(stack, series, cell) for stack, cell in zip(stacks, cells[1:], strict=False)]
    return tuple(claims) if stacks is not None else None


def _column_claims(lines: list[str]) -> tuple[NewestClaim, ...] | None:
    claims: list[NewestClaim] = []
    stacks: list[str] | None = None
    for line in lines:
        words = line.split()
        series = Series.parse(words[0]) if words else None
        if words[:2] == ["Python", "Version"] and len(words) > 2 and all(map(_STACK.fullmatch, words[2:])):
            stacks = words[2:]
        elif stacks and series:
            cells = _COLUMN.findall(line)
            claims += [
                NewestClaim(stack, series, Version.parse(cell) if cell else None)
                for stack, cell in zip(stacks, cells, strict=False)
            ]
    return tuple(claims) if stacks is not None else None


def _bullet_claims(lines: list[str]) -> tuple[NewestClaim, ...] | None:
    newest: dict[Series, Version] = {}
    is_about_versions = False
    for line in lines:
        if line.startswith("#"):
            is_about_versions = "version" in line.lower()
        match = _BULLET.fullmatch(line.strip()) if is_about_versions else None
        version = Version.parse(match[1]) if match else None
        if version is not None:
            newest[version.series] = max(version, newest.get(version.series, version))
    return tuple(NewestClaim("", series, version) for series, version in newest.items()) or None


def _cell_claim(stack: str, series: Series, cell: str) -> NewestClaim:
    match = _CELL.search(cell) or re.search(_NUMBER, cell)
    return NewestClaim(stack, series, Version.parse(match[1]) if match else None)


def _json_copy(text: str) -> CopyClaims:
    try:
        value = read_json(text.encode())
    except ValueError as error:  # a lone surrogate, too
        raise Refusal("outside::not-understood") from error
    if isinstance(value, dict) and isinstance(value.get("table"), dict):
        value = value["table"]
    if isinstance(value, dict) and "stacks" in value:
        return CopyClaims(OutsideForm.TABLE_DOCUMENT, table=read_table(value))
    rows = value
    if isinstance(value, dict):
        rows = next((value[name] for name in ("versions", "releases", "results") if name in value), None)
    if not isinstance(rows, list):
        raise Refusal("outside::not-understood")
    found: dict[str, set[Version]] = {}
    for row in rows:
        for stack, version in _row_claims(row):
            found.setdefault(stack, set()).add(version)
    return CopyClaims(OutsideForm.LIST, releases=_sorted(found))


def _row_claims(row: object) -> list[tuple[str, Version]]:
    """An entry of a list: a version, or an object with `version` and perhaps `stack` or `stacks`."""
    if isinstance(row, str):
        row = {"version": row}
    if not isinstance(row, dict):
        return []
    version = Version.parse(str(row.get("version", "")).removeprefix("python-"))
    named = row.get("stacks", row.get("stack", ""))
    stacks = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    return [(str(stack), version) for stack in stacks] if version else []


def _listing(text: str, bases: dict[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[Version, ...]], ...]:
    """Names of archives in the links of a page (or the keys of a bucket); a base in the name stands for its stacks."""
    found: dict[str, set[Version]] = {}
    for match in _LINK.finditer(text):
        if match.end() - match.start() > _LONGEST_LINK:
            continue
        *folders, name = unquote(match[1].partition("?")[0]).split("/")
        file = _FILE.match(name)
        version = Version.parse(file[1]) if file else None
        if file is None or version is None:
            continue
        is_in_stack = len(folders) > 1 and folders[-1] == "runtimes" and _STACK.fullmatch(folders[-2])
        stacks = (folders[-2],) if is_in_stack else bases.get(file[2] or "", ("",))
        for stack in stacks:
            found.setdefault(stack, set()).add(version)
    return _sorted(found)


def _sorted(found: dict[str, set[Version]]) -> tuple[tuple[str, tuple[Version, ...]], ...]:
    return tuple((stack, tuple(sorted(versions))) for stack, versions in sorted(found.items()))
