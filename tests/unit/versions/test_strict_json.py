"""Strict JSON: what Python forgives is refused, in one sentence."""

import pytest

from versions.domain.strict_json import read_json


def test_reads_json() -> None:
    assert read_json('{"a": [1, 2.5, "é", null, true]}'.encode()) == {"a": [1, 2.5, "é", None, True]}


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b'"\xff"', "byte 1 is not UTF-8"),
        (b"[NaN]", "NaN is no JSON number"),
        (b"-Infinity", "-Infinity is no JSON number"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "an object holds the same name twice"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_refuses_what_is_none(raw: bytes, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_json(raw)
    assert str(refused.value) == problem


def test_more_escapes_than_anything_honest_has() -> None:
    with pytest.raises(ValueError, match="more than 1500000 backslashes"):
        read_json(b'"' + b"\\n" * 1_500_001 + b'"')


def test_more_objects_than_anything_honest_has() -> None:
    with pytest.raises(ValueError, match="more than 200000 braces"):
        read_json(b"[" + b"{}," * 200_000 + b"{}]")
