"""Series and releases as ordered values."""

import pytest

from versions.domain.version import Series, Version


def test_orders_by_number_and_not_by_text() -> None:
    assert sorted(map(Series.parse, ["3.10", "3.9", "2.7"]), key=str) != [Series(2, 7), Series(3, 9), Series(3, 10)]
    assert Series(3, 9) < Series(3, 10)
    assert Version(3, 12, 9) < Version(3, 12, 10) < Version(3, 13, 0)


@pytest.mark.parametrize("text", ["3.12", "0.0", "3.999999"])
def test_series_reads_what_it_writes(text: str) -> None:
    assert str(Series.parse(text)) == text


@pytest.mark.parametrize("text", ["3.12.3", "2.7.18"])
def test_version_reads_what_it_writes(text: str) -> None:
    version = Version.parse(text)
    assert version is not None
    assert str(version) == text
    assert str(version.series) == text.rpartition(".")[0]


@pytest.mark.parametrize(
    "text", ["", "3", "3.", "3.12.3.0", "03.12", "3.012", "3.12rc1", " 3.12", "3.12\n", "3.1٢", "3.1000000", "-3.12"]
)
def test_anything_else_is_no_version(text: str) -> None:
    assert Series.parse(text) is None
    assert Version.parse(text) is None
