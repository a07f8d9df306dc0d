"""Table documents that tests start from: the real ones that the project ships, and small ones made on the spot."""

import json
from pathlib import Path

from versions.domain.document import read_table
from versions.domain.table import ReleaseEntry, SeriesEntry, StackEntry, Table
from versions.domain.version import Version

TABLES = Path(__file__).resolve().parent.parent / "versions" / "tables"


def shipped_document(name: str) -> dict[str, object]:
    """A table document as shipped, such as `2024-documented`."""
    document = json.loads((TABLES / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def shipped_table(name: str) -> Table:
    return read_table(shipped_document(name))


def small_table(*versions: str, stack: str = "stack-22", base: str = "ubuntu-22.04") -> Table:
    """One stack with these releases, the newest series being its default."""
    return Table(stack, (small_stack(*versions, stack=stack, base=base),))


def small_stack(*versions: str, stack: str = "stack-22", base: str = "ubuntu-22.04") -> StackEntry:
    parsed = sorted(version for version in map(Version.parse, versions) if version is not None)
    assert len(parsed) == len(versions)
    numbers = sorted({version.series for version in parsed}, reverse=True)
    series = tuple(
        SeriesEntry(number, releases=tuple(ReleaseEntry(version) for version in parsed if version.series == number))
        for number in numbers
    )
    return StackEntry(stack, base, default_series=numbers[0] if numbers else None, series=series)
