"""Codes of terminals: colours, and those that mean nothing here."""

import pytest

from builds.domain.ansi import spans


@pytest.mark.parametrize("code", ["50", "75", "110", "255"])
def test_codes_beyond_the_known_ones_change_nothing(code: str) -> None:
    assert [tuple(span)[:2] for span in spans(f"\x1b[1ma\x1b[{code}mb")] == [("ab", "sgr-bold")]


@pytest.mark.parametrize(
    ("codes", "classes"),
    [
        ("41", "sgr-bg-1"), ("31;47", "sgr-bg-7 sgr-fg-1"), ("100", "sgr-bg-8"), ("107", "sgr-bg-15"),
        ("41;49", ""), ("31;39", ""), ("48;5;9", "sgr-bg-9"), ("41;48;5;200", ""), ("38;9;1", "sgr-bold"),
    ],
)  # fmt: skip
def test_colours_of_either_ground(codes: str, classes: str) -> None:
    assert [tuple(span) for span in spans(f"\x1b[{codes}mx")] == [("x", classes)]
