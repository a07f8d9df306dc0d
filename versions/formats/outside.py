"""Outside copies of the table, as other places keep them: a documentation page, a JSON list, a folder listing.

Each is read into claims: what it says there is. What a copy doesn't speak of is no claim, so that only what it states
is compared.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from versions.domain.document import read_table
from versions.domain.refusals import Refusal
from versions.domain.strict_json import read_json
from versions.domain.table import Table
from versions.domain.version import Series, Version


class OutsideForm(StrEnum):
    TABLE_DOCUMENT = "table document"
    DOCUMENTATION = "documentation page"
    LIST = "list of versions"
    LISTING = "folder listing"


@dataclass(frozen=True, slots=True)
class NewestClaim:
    """That the newest release of a series on a stack is this one; None: that the series is unsupported there."""

    stack: str
    series: Series
    newest: Version | None


@dataclass(frozen=True, slots=True)
class OutsideCopy:
    """What a copy claims.

    `newest`: cell by cell, of a documentation page. `releases`: the releases of each stack it names; under the empty
    name those of which it doesn't say on which stack they are. `table`: the whole of a table document.
    """

    form: OutsideForm
    newest: tuple[NewestClaim, ...] = ()
    releases: tuple[tuple[str, tuple[Version, ...]], ...] = ()
    table: Table | None = None


_NUMBER = r"(\d{1,3}\.\d{1,4}\.\d{1,6})"
_FILE = re.compile(
    rf"(?:[a-z0-9-]+/runtimes/)?python-{_NUMBER}(?:-(ubuntu-\d\d\.\d\d)-[a-z0-9_]+)?\.(?:tar\.\w+|tgz|zip)", re.ASCII
)
_LINK = re.compile(r"""(?:href\s*=\s*["']?|<Key>)([^"'<>\s]+)""", re.IGNORECASE)
_CELL = re.compile(rf"up to\s+`?{_NUMBER}`?", re.ASCII)


def read_outside(text: str, *, bases: dict[str, tuple[str, ...]]) -> OutsideCopy:
    """The claims of a copy, whose form is told from its content. `bases`: the stacks on each base.

    Raises Refusal `outside::not-understood` when it is none of the known forms, or claims nothing.
    """
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        copy = _json_copy(text)
    elif (newest := _documentation(text)) is not None:
        copy = OutsideCopy(OutsideForm.DOCUMENTATION, newest=newest)
    else:
        copy = OutsideCopy(OutsideForm.LISTING, releases=_listing(text, bases))
    if not copy.newest and copy.table is None and not any(versions for _stack, versions in copy.releases):
        raise Refusal("outside::not-understood")
    return copy


def _documentation(text: str) -> tuple[NewestClaim, ...] | None:
    """The Markdown table whose first column names series and whose others name stacks; None when there is none."""
    claims: list[NewestClaim] = []
    stacks: list[str] | None = None
    for line in text.splitlines():
        cells = [cell.strip().strip("`*") for cell in line.strip().strip("|").split("|")] if "|" in line else []
        series = Series.parse(cells[0]) if cells else None
        if len(cells) > 1 and cells[0].lower() in ("python version", "python", "version", "series"):
            stacks = cells[1:]
        elif stacks and series:
            claims += [_cell_claim(stack, series, cell) for stack, cell in zip(stacks, cells[1:], strict=False)]
    return tuple(claims) if stacks is not None else None


def _cell_claim(stack: str, series: Series, cell: str) -> NewestClaim:
    match = _CELL.search(cell) or re.search(_NUMBER, cell)
    return NewestClaim(stack, series, Version.parse(match[1]) if match else None)


def _json_copy(text: str) -> OutsideCopy:
    try:
        value = read_json(text.encode())
    except ValueError as error:  # a lone surrogate, too
        raise Refusal("outside::not-understood") from error
    if isinstance(value, dict) and isinstance(value.get("table"), dict):
        value = value["table"]
    if isinstance(value, dict) and "stacks" in value:
        return OutsideCopy(OutsideForm.TABLE_DOCUMENT, table=read_table(value))
    rows = value
    if isinstance(value, dict):
        rows = next((value[name] for name in ("versions", "releases", "results") if name in value), None)
    if not isinstance(rows, list):
        raise Refusal("outside::not-understood")
    found: dict[str, set[Version]] = {}
    for row in rows:
        for stack, version in _row_claims(row):
            found.setdefault(stack, set()).add(version)
    return OutsideCopy(OutsideForm.LIST, releases=_sorted(found))


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
    for link in _LINK.findall(text):
        path = unquote(link.partition("?")[0])
        match = _FILE.search(path)
        version = Version.parse(match[1]) if match else None
        if match is None or version is None:
            continue
        folder = re.search(r"([a-z0-9-]+)/runtimes/", path)
        stacks = (folder[1],) if folder else bases.get(match[2] or "", ("",))
        for stack in stacks:
            found.setdefault(stack, set()).add(version)
    return _sorted(found)


def _sorted(found: dict[str, set[Version]]) -> tuple[tuple[str, tuple[Version, ...]], ...]:
    return tuple((stack, tuple(sorted(versions))) for stack, versions in sorted(found.items()))
