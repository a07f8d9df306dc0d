"""Advisories as values: which releases they name, and what is wrong with them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versions.domain.advisories import (
    MAX_ENTRIES,
    Advisory,
    AffectedRange,
    advisory_document,
    advisory_faults,
    entry_faults,
    parse_affected,
    read_affected,
    read_fixed,
    warning_facts,
)
from versions.domain.version import Series, Version

SOUND = Advisory(
    "CVE-2024-0450", "Quoted-overlap zip bombs", "", "medium", "https://example.org/1",
    read_affected(["3.12", "3.11.0-3.11.7", "3.8"]), read_fixed(["3.12.2", "3.11.8"]),
)  # fmt: skip


def version(text: str) -> Version:
    parsed = Version.parse(text)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("3.12", "3.12"),
        ("3.12.3", "3.12.3"),
        ("3.12.0-3.12.3", "3.12.0-3.12.3"),
        ("3.12.2-", "3.12.2-"),
        ("3.12.0-", "3.12"),
        ("<3.12.4", "3.12.0-3.12.3"),
        ("<=3.12.0", "3.12.0"),
        ("3.12.3-3.12.3", "3.12.3"),
    ],
)
def test_entries_as_people_write_them(text: str, canonical: str) -> None:
    assert str(parse_affected(text)) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "3", "-", "<3.12.0", "<3.12", "3.12.3-3.11.9", "3.12.3-3.12.1", "3.12.3-x", "x-3.12.3", "3.12-3.13", "\0"],
)
def test_what_is_no_entry(text: str) -> None:
    assert parse_affected(text) is None
    assert entry_faults([text], [])[0].place == "affected"


@pytest.mark.parametrize(
    ("text", "is_affected"),
    [("3.12.0", True), ("3.12.1", True), ("3.12.2", False), ("3.12.99", False), ("3.11.7", True), ("3.11.8", False),
     ("3.8.0", True), ("3.8.99", True), ("3.9.1", False), ("2.7.18", False)],
)  # fmt: skip
def test_a_release_is_affected_until_the_fix(text: str, is_affected: bool) -> None:
    assert SOUND.affects(version(text)) is is_affected


def test_a_sound_advisory_has_no_fault() -> None:
    assert advisory_faults(SOUND) == ()
    assert advisory_document(SOUND)["affected"] == ["3.12", "3.11.0-3.11.7", "3.8"]


@pytest.mark.parametrize(
    ("advisory", "place"),
    [
        (replace(SOUND, identifier="CVE 1"), "identifier"),
        (replace(SOUND, identifier="CVE-1\n"), "identifier"),
        (replace(SOUND, title=" "), "title"),
        (replace(SOUND, title="a\nb"), "title"),
        (replace(SOUND, text="\0"), "text"),
        (replace(SOUND, text="\ud800"), "text"),
        (replace(SOUND, severity="dire"), "severity"),
        (replace(SOUND, url="javascript:alert(1)"), "url"),
        (replace(SOUND, affected=(), fixed_in=()), "affected"),
        (replace(SOUND, affected=SOUND.affected * (MAX_ENTRIES // 3 + 1)), "affected"),
        (replace(SOUND, affected=read_affected(["3.12.0-3.12.5", "3.11"])), "affected"),
        (replace(SOUND, affected=read_affected(["3.12.2", "3.11"])), "affected"),
        (replace(SOUND, fixed_in=read_fixed(["3.12.2", "3.12.4", "3.11.8"])), "fixed_in"),
        (replace(SOUND, fixed_in=read_fixed(["3.10.1"])), "fixed_in"),
    ],
)
def test_faults_stand_at_their_field(advisory: Advisory, place: str) -> None:
    assert {fault.place for fault in advisory_faults(advisory)} == {place}


def test_the_warning_names_the_fix_of_the_series_or_says_there_is_none() -> None:
    assert warning_facts(SOUND, version("3.12.1"))["fixed_in"] == "3.12.2"
    assert warning_facts(SOUND, version("3.8.1"))["unfixed"] == "3.8"


PATCHES = st.integers(0, 40)


@given(first=PATCHES, last=st.none() | PATCHES, patch=PATCHES)
def test_entries_are_read_as_they_are_written(first: int, last: int | None, patch: int) -> None:
    entry = AffectedRange(Series(3, 12), first, None if last is None else max(first, last))
    assert parse_affected(str(entry)) == entry
    assert (Version(3, 12, patch) in entry) == (first <= patch and (entry.last is None or patch <= entry.last))
    assert Version(3, 13, patch) not in entry
