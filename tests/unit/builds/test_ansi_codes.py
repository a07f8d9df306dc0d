"""Codes of terminals that mean nothing here."""

import pytest

from builds.domain.ansi import spans


@pytest.mark.parametrize("code", ["50", "75", "110", "255"])
def test_codes_beyond_the_known_ones_change_nothing(code: str) -> None:
    assert [tuple(span)[:2] for span in spans(f"\x1b[1ma\x1b[{code}mb")] == [("ab", "sgr-bold")]
