"""Names of apps, stacks and tokens."""

import pytest

from versions.domain.names import is_name


@pytest.mark.parametrize("text", ["a", "0", "scalingo-22", "a" * 63, "a-"])
def test_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", "-a", "A", "a_b", "a.b", "a" * 64, "a\n", "é", "a\0"])
def test_what_is_no_name(text: str) -> None:
    assert not is_name(text)
