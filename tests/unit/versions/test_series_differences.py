"""What differs between two tables, where whole series come, go or change."""

from dataclasses import replace

from tests.tables import small_table
from versions.domain.difference import Change, ChangeKind, difference
from versions.domain.table import SeriesStatus, Table
from versions.domain.version import Series


def test_series_that_went() -> None:
    changes = difference(small_table("3.11.1", "3.12.1"), small_table("3.12.1"))
    assert changes == (Change(ChangeKind.REMOVED, "stack-22", Series(3, 11)),)


def test_series_whose_status_changed() -> None:
    before = small_table("3.12.1")
    (stack,) = before.stacks
    series = tuple(replace(entry, status=SeriesStatus.DEPRECATED) for entry in stack.series)
    after = Table(before.default_stack, (replace(stack, series=series),))
    field = {"field": "status", "before": "supported", "after": "deprecated"}
    assert difference(before, after) == (Change(ChangeKind.CHANGED, "stack-22", Series(3, 12), **field),)  # type: ignore[arg-type]
