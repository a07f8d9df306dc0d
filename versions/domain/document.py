"""The table's JSON form: strict reading of a document, and writing of one.

A document that comes in is checked whole before anything is stored: every fault is named with its place, so that an
editor mends them in one pass. What the contract lets a document leave out is filled in; what it doesn't know is
refused, because a misspelled field would otherwise vanish in silence.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from versions.domain.field_reader import FieldReader
from versions.domain.names import NAME_PATTERN
from versions.domain.refusals import Refusal
from versions.domain.table import (
    ArtifactEntry,
    ReleaseEntry,
    ReleaseStatus,
    Ruleset,
    SeriesEntry,
    SeriesStatus,
    StackEntry,
    StackStatus,
    Table,
    Tool,
    base_order,
)
from versions.domain.version import Series, Version

SCHEMA = 1
ARCH_PATTERN = r"[a-z0-9_]{1,20}"
STACK_FIELDS = (
    *("name", "base", "archs", "status", "listed", "ruleset", "default_series", "supported_until", "series"),
    "tools",
)
TOOLS = ("pip", "pipenv", "poetry", "uv")
TOOL_VERSION_PATTERN = r"[0-9]{1,9}(\.[0-9]{1,9}){0,4}"
FORMATS = ("tar.zst", "tar.gz", "tar.xz", "tgz", "zip")
# First path segments of the site: archives are served at `/{stack}/runtimes/…`, so no stack may be called like one.
RESERVED_NAMES = frozenset(
    {
        "accounts",
        "admin",
        "api",
        "apps",
        "audit",
        "builds",
        "docs",
        "exports",
        "health",
        "healthz",
        "runtimes",
        "search",
    }
    | {"static", "stacks", "theme", "tokens", "webhooks"}
)

_Key = TypeVar("_Key", bound=Hashable)


def read_table(document: object, *, ignores_unknown: bool = False) -> Table:
    """The table that a JSON document describes.

    Whoever edits a table is told of fields that nobody knows; whoever reads a published one may come from an older
    version than its writer, and ignores them (`ignores_unknown`).

    Raises Refusal `table::invalid`, whose faults name each place that is wrong and what stands there.
    """
    root = FieldReader(document, ignores_unknown=ignores_unknown)
    root.known("schema", "default_stack", "stacks")
    if root.integer("schema") not in (SCHEMA, None):
        root.fault("schema", f"only schema {SCHEMA} is understood")
    stacks = tuple(_stack(item) for item in root.items("stacks"))
    default_stack = root.text("default_stack", pattern=NAME_PATTERN)
    names = [stack.name for stack in stacks]
    _unique(root, "stacks", names)
    if default_stack and default_stack not in names:
        root.fault("default_stack", f"{default_stack!r} is not among the stacks")
    if root.faults:
        raise Refusal("table::invalid", faults=tuple(root.faults), count=len(root.faults))
    ordered = tuple(sorted(stacks, key=lambda stack: base_order(stack.base, stack.name)))
    return Table(default_stack, ordered)


def table_document(table: Table) -> dict[str, object]:
    """The JSON document of a table; `read_table` gives the same table back."""
    return {
        "schema": SCHEMA,
        "default_stack": table.default_stack,
        "stacks": [stack_document(stack) for stack in table.stacks],
    }


def stack_document(stack: StackEntry) -> dict[str, object]:
    document: dict[str, object] = {
        "name": stack.name,
        "base": stack.base,
        "archs": list(stack.archs),
        "status": stack.status.value,
        "listed": stack.listed,
        "ruleset": stack.ruleset.value,
        "default_series": None if stack.default_series is None else str(stack.default_series),
        "supported_until": _written(stack.supported_until),
        "series": [_series_document(series) for series in stack.series],
    }
    # Additive: a document that names no tools stays as it was, digest included.
    return document | ({"tools": dict(stack.tools)} if stack.tools else {})


def _series_document(series: SeriesEntry) -> dict[str, object]:
    return {
        "series": str(series.series),
        "status": series.status.value,
        "eol_on": _written(series.eol_on),
        "removed_on": _written(series.removed_on),
        "releases": [_release_document(release) for release in series.releases],
    }


def _release_document(release: ReleaseEntry) -> dict[str, object]:
    return {
        "version": str(release.version),
        "released_on": _written(release.released_on),
        "status": release.status.value,
        "reason": release.reason,
        "artifacts": [artifact_document(artifact) for artifact in release.artifacts],
    }


def artifact_document(artifact: ArtifactEntry) -> dict[str, object]:
    return {
        "arch": artifact.arch,
        "format": artifact.format,
        "url": artifact.url,
        "sha256": artifact.sha256,
        "size": artifact.size,
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _stack(fields: FieldReader) -> StackEntry:
    fields.known(
        "name", "base", "archs", "status", "listed", "ruleset", "default_series", "supported_until", "series", "tools"
    )
    name = fields.text("name", pattern=NAME_PATTERN)
    if name in RESERVED_NAMES:
        fields.fault("name", f"{name!r} is an address of the portal itself; choose another name")
    series = tuple(_series(item) for item in fields.items("series"))
    _unique(fields, "series", [entry.series for entry in series])
    default = _parsed_series(fields, "default_series", optional=True)
    if default and default not in {entry.series for entry in series}:
        fields.fault("default_series", f"{default} is not among the stack's series")
    return StackEntry(
        name=name,
        base=fields.text("base", pattern=r"[a-z0-9][a-z0-9.-]{0,62}"),
        archs=tuple(fields.texts("archs", default=("amd64",), pattern=ARCH_PATTERN)),
        status=_status(fields, StackStatus, StackStatus.SUPPORTED),
        listed=fields.boolean("listed", default=True),
        ruleset=fields.choice("ruleset", Ruleset, Ruleset.DOCUMENTED),
        default_series=default,
        supported_until=fields.day("supported_until"),
        series=tuple(sorted(series, key=lambda entry: entry.series, reverse=True)),
        tools=tuple(Tool(*pair) for pair in fields.pairs("tools", names=TOOLS, pattern=TOOL_VERSION_PATTERN)),
    )


def _series(fields: FieldReader) -> SeriesEntry:
    fields.known("series", "status", "eol_on", "removed_on", "releases")
    series = _parsed_series(fields, "series") or Series(0, 0)
    releases = tuple(_release(item, series) for item in fields.items("releases"))
    versions = [release.version for release in releases]
    _unique(fields, "releases", versions)
    _ascending(fields, "releases", versions)
    return SeriesEntry(
        series=series,
        status=_status(fields, SeriesStatus, SeriesStatus.SUPPORTED),
        eol_on=fields.day("eol_on"),
        removed_on=fields.day("removed_on"),
        releases=releases,
    )


def _release(fields: FieldReader, series: Series) -> ReleaseEntry:
    fields.known("version", "released_on", "status", "reason", "artifacts")
    written = fields.text("version")
    version = Version.parse(written)
    if written and version is None:
        fields.fault("version", f"{written!r} is not a release such as 3.12.3")
    elif version and version.series != series:
        fields.fault("version", f"{version} does not belong to series {series}")
    status = _status(fields, ReleaseStatus, ReleaseStatus.AVAILABLE)
    reason = fields.text("reason", optional=True) or None
    if status is not ReleaseStatus.AVAILABLE and reason is None:
        fields.fault("reason", f"a {status} release needs a reason")
    return ReleaseEntry(
        version=version or Version(0, 0, 0),
        released_on=fields.day("released_on"),
        status=status,
        reason=reason,
        artifacts=tuple(_artifact(item) for item in fields.items("artifacts", optional=True)),
    )


def _artifact(fields: FieldReader) -> ArtifactEntry:
    fields.known("arch", "format", "url", "sha256", "size")
    url = fields.text("url", pattern=r"(https?://[^\s/]+)?/[^\s]*")
    ending = next((ending for ending in FORMATS if url.endswith("." + ending)), "")
    format_ = fields.text("format", optional=bool(ending)) or ending
    if format_ and format_ not in FORMATS:
        fields.fault("format", f"{format_!r} is none of {', '.join(FORMATS)}")
    return ArtifactEntry(
        arch=fields.text("arch", pattern=ARCH_PATTERN),
        format=format_,
        url=url,
        sha256=fields.text("sha256", pattern=r"[0-9a-f]{64}"),
        size=fields.integer("size", optional=True),
    )


_Status = TypeVar("_Status", bound=StrEnum)


def _status(fields: FieldReader, statuses: type[_Status], default: _Status) -> _Status:
    return fields.choice("status", statuses, default)


def _parsed_series(fields: FieldReader, name: str, *, optional: bool = False) -> Series | None:
    written = fields.text(name, optional=optional)
    series = Series.parse(written) if written else None
    if written and series is None:
        fields.fault(name, f"{written!r} is not a series such as 3.12")
    return series


def _unique(fields: FieldReader, name: str, keys: Iterable[_Key]) -> None:
    seen: set[_Key] = set()
    for index, key in enumerate(keys):
        if key in seen:
            fields.fault(f"{name}[{index}]", f"{key} is listed twice")
        seen.add(key)


def _ascending(fields: FieldReader, name: str, versions: Sequence[Version]) -> None:
    for index, (earlier, later) in enumerate(pairwise(versions)):
        if earlier > later:
            fields.fault(f"{name}[{index + 1}]", f"{later} stands after {earlier}; list the oldest release first")
