"""What staff may say of an outside copy of the table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from versions.domain.outside import (
    MAX_LOCATION_CHARACTERS,
    CheckEvery,
    CopyEntry,
    OutsideForm,
    is_address,
    location_problem,
)
from versions.domain.refusals import Refusal

ENTRY = CopyEntry("Docs", "https://example.org/", OutsideForm.DOCUMENTATION, "", CheckEvery.DAY, is_enabled=True)


def test_how_long_a_schedule_waits() -> None:
    assert [every.length for every in CheckEvery] == [
        timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(weeks=1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "entry", [ENTRY, replace(ENTRY, stack="scalingo-22"), replace(ENTRY, location="lists/2026.txt", name="é" * 80)]
)
def test_sound_copies(entry: CopyEntry) -> None:
    entry.check()


@pytest.mark.parametrize(
    ("entry", "places"),
    [
        (replace(ENTRY, name=" "), ["name"]),
        (replace(ENTRY, name="a" * 81), ["name"]),
        (replace(ENTRY, name="a\nb"), ["name"]),
        (replace(ENTRY, stack="No!"), ["stack"]),
        (replace(ENTRY, stack="scalingo-22\n"), ["stack"]),
        (replace(ENTRY, name="\0", location="", stack="/"), ["name", "location", "stack"]),
    ],
)
def test_every_wrong_field_is_named(entry: CopyEntry, places: list[str]) -> None:
    with pytest.raises(Refusal) as raised:
        entry.check()
    assert raised.value.code == "request::malformed"
    assert [fault.place for fault in raised.value.faults] == places


@pytest.mark.parametrize("location", ["http://example.org", "HTTPS://example.org/a?b=c", "table.json", "a/b-c/d_e.txt"])
def test_places(location: str) -> None:
    assert location_problem(location) == ""
    assert is_address(location) == location.lower().startswith("http")


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("x" * (MAX_LOCATION_CHARACTERS + 1), "has more than 2000 characters"),
        ("file:///etc/passwd", "is not an address that begins with http:// or https://"),
        ("https://example.org/a b", "is not an address that begins with http:// or https://"),
        ("https://example.org/\x7f", "is not an address that begins with http:// or https://"),
        ("https://exämple.org/", "is not an address that begins with http:// or https://"),
        ("", "is neither an address nor the plain name of a file"),
        ("../secret", "is neither an address nor the plain name of a file"),
        ("/etc/passwd", "is neither an address nor the plain name of a file"),
        ("a//b", "is neither an address nor the plain name of a file"),
        ("a/.b", "is neither an address nor the plain name of a file"),
        ("table.json\n", "is neither an address nor the plain name of a file"),
    ],
)
def test_what_is_no_place(location: str, problem: str) -> None:
    assert location_problem(location) == problem
