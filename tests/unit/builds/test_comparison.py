"""Where two logs part, and what two builds have in common."""

import pytest

from builds.domain.comparison import Change, differences, first_parting, package_versions, variable_names
from builds.domain.durations import bucket_of, middle_seconds, percentile
from builds.domain.fingerprints import error_line, fingerprint, normalised_line
from builds.domain.log_masking import is_same_but_for_masks, masked


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"2026-01-02T10:00:00Z start", b"2026-05-06T11:12:13.123Z start"),
        (b"[12:00:01.123] go", b"[13:59:02.999] go"),
        (b"wrote /tmp/pip-build-1x/req", b"wrote /tmp/pip-build-9z/req"),
        (b"commit 9e11ef5ab", b"commit 1c22ef5ab"),
        (b"done in 2.5 s, 101 kB", b"done in 12.25 s, 99 kB"),
        (b"\x1b[32mok\x1b[0m", b"ok"),
    ],
)
def test_what_differs_by_accident_is_no_difference(before: bytes, after: bytes) -> None:
    assert first_parting([before], [after]) is None


@pytest.mark.parametrize(
    ("before", "after"), [(b"flask==3.0.1", b"flask==3.0.2"), (b"ok", b"not ok"), (b"Python 3.12", b"Python 3.13")]
)
def test_what_matters_is_told(before: bytes, after: bytes) -> None:
    found = first_parting([b"same", before], [b"same", after])
    assert found is not None
    assert (found.number, found.before, found.after) == (2, before.decode(), after.decode())


def test_a_log_that_ends_earlier() -> None:
    found = first_parting([b"a", b"b"], [b"a"])
    assert found is not None
    assert (found.number, found.after) == (2, None)


def test_differences_leave_out_what_is_the_same() -> None:
    found = differences({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    assert [(item.name, item.change) for item in found] == [
        ("b", Change.CHANGED), ("c", Change.GONE), ("d", Change.ADDED),
    ]  # fmt: skip


@pytest.mark.parametrize("report", [None, [], 7, {}, {"packages": 1}, {"packages": [1]}, {"variables": {"a": 1}}])
def test_reports_that_hold_neither(report: object) -> None:
    assert package_versions(report) is None
    assert variable_names(report) is None


def test_an_app_without_any_has_recorded_that() -> None:
    report: dict[str, object] = {"packages": {}, "variables": []}
    assert (package_versions(report), variable_names(report)) == ({}, {})


def test_names_of_variables_never_carry_values() -> None:
    assert variable_names({"variables": ["B", "A"]}) == {"A": "set", "B": "set"}


@pytest.mark.parametrize(
    ("line", "normal"),
    [
        ("ERROR: x at 0x7f3a in /app/.venv/lib/a.py line 12", "ERROR: x at <address> in <path> line <n>"),
        ("https://a.example/b?c=1 failed", "<url> failed"),
        ("id 123e4567-e89b-12d3-a456-426614174000", "id <id>"),
        ("\x1b[31mERROR\x1b[0m   twice", "ERROR twice"),
    ],
)
def test_normalised_lines(line: str, normal: str) -> None:
    assert normalised_line(line) == normal


def test_the_last_error_line_tells() -> None:
    assert error_line(b"ERROR: one\nfine\nValueError: two\nbye\n") == "ValueError: two"
    assert error_line(b"all is well\n") == ""
    assert len(fingerprint("a::b", "\ud800")) == 64


@pytest.mark.parametrize("seconds", [0, 0.02, 1, 61.5, 86_400])
def test_a_bucket_stands_for_its_lengths(seconds: float) -> None:
    assert middle_seconds(bucket_of(seconds)) == pytest.approx(max(seconds, 0.01), rel=0.06)


def test_percentiles() -> None:
    assert percentile([], 0.5) is None
    assert percentile([(5, 1), (1, 98), (9, 1)], 0.95) == 1
    assert percentile([(5, 1), (1, 98), (9, 1)], 1) == 9


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"https://u:p4ss@h/", b"https://******@h/"),
        (b"https://[secret]@h/", b"https://[secret]@h/"),
        (b"rp_0123456789ab." + b"s" * 43, b"rp_0123456789ab." + b"*" * 43),
        (b"Authorization: Bearer abcdefgh123", b"Authorization: Bearer ***********"),
        (b"ghp_" + b"a" * 36, b"*" * 40),
        (b"nothing here", b"nothing here"),
    ],
)
def test_secrets_are_masked_byte_for_byte(line: bytes, kept: bytes) -> None:
    found = masked(line)
    assert found == kept
    assert masked(found) == found
    assert is_same_but_for_masks(found, line)
    assert not is_same_but_for_masks(b"x" + found[1:], b"y" + line[1:])


@pytest.mark.parametrize(
    ("stored", "sent", "is_same"),
    [
        (b"a **** b", b"a abcd b", True),
        (b"a **** b", b"a abc b", False),
        (b"a **** b", b"a abcd c", False),
        (b"x **** b", b"a abcd b", False),
        (b"abcd", b"****", False),
    ],
)
def test_a_mask_stands_for_as_many_bytes_and_for_nothing_else(stored: bytes, sent: bytes, is_same: bool) -> None:
    assert is_same_but_for_masks(stored, sent) is is_same
