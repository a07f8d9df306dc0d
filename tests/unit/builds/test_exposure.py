"""What an advisory means for an app in each situation."""

from dataclasses import replace

import pytest

from builds.domain.exposure import Remedy, exposure
from builds.domain.impact import Situation, next_resolution
from tests.tables import small_table
from versions.domain.advisories import Advisory, read_affected, read_fixed
from versions.domain.table import Ruleset, SeriesStatus

_SMALL = small_table("3.8.19", "3.11.8", "3.12.2", "3.12.4")
TABLE = replace(_SMALL, stacks=(replace(_SMALL.stacks[0], ruleset=Ruleset.CURRENT),))
ADVISORY = Advisory(
    "CVE-1", "t", "", "", "", read_affected(["3.12", "3.11", "3.8"]), read_fixed(["3.12.3", "3.11.9"])
)  # 3.12.3 fixes 3.12 (the stack has 3.12.4), 3.11.9 fixes 3.11 (the stack has it not), nothing fixes 3.8


@pytest.mark.parametrize(
    ("request_text", "runs", "held_at", "expected"),
    [
        ("3.12", "3.12.2", "", (Remedy.NEXT_BUILD, "3.12.4")),
        ("3.12.2", "3.12.2", "", (Remedy.UNPIN, "3.12.4")),
        ("3.12", "3.12.4", "3.12.2", (Remedy.END_HOLD, "3.12.4")),
        ("3.11", "3.11.8", "", (Remedy.PUBLISH, "3.11.9")),
        ("3.8", "3.8.19", "", (Remedy.UPGRADE_SERIES, "")),
        ("", "3.12.2", "", (Remedy.NEXT_BUILD, "3.12.4")),  # sticky to the series
        ("3.99", "3.12.2", "", (Remedy.UNPIN, "3.12.4")),  # the next build fails, the last one runs
        ("3.12", "", "", None),  # never built, and would get a fixed one
        ("3.12", "3.12.4", "", None),
        ("3.12.2", "", "", (Remedy.UNPIN, "3.12.4")),  # the next build would be on an affected release
        ("3.7", "3.7.1", "", None),
    ],
)
def test_remedies(request_text: str, runs: str, held_at: str, expected: tuple[Remedy, str] | None) -> None:
    situation = Situation("stack-22", "amd64", request_text, "runtime.txt", runs, held_at)
    found = exposure(situation, ADVISORY, TABLE, next_resolution(situation, TABLE))
    assert (found and (found.remedy, found.fixed_release)) == expected


@pytest.mark.parametrize("stack", ["gone", "stack-22"])
def test_a_series_that_the_stack_does_not_offer_has_to_be_left(stack: str) -> None:
    entries = tuple(replace(entry, status=SeriesStatus.REMOVED) for entry in TABLE.stacks[0].series)
    table = replace(TABLE, stacks=(replace(TABLE.stacks[0], series=entries),))
    situation = Situation(stack, "amd64", "3.12", "runtime.txt", "3.12.2")
    found = exposure(situation, ADVISORY, table, next_resolution(situation, table))
    assert found is not None
    assert (found.remedy, found.upcoming) == (Remedy.UPGRADE_SERIES, "")
