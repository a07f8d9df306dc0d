"""Log lines: what a terminal would show, and nothing that a terminal or a browser would obey."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builds.domain.ansi import Span, spans, visible_text
from builds.domain.log_lines import (
    MAX_CANDIDATES,
    MAX_LINE_BYTES,
    LineKind,
    error_line_indexes,
    log_line,
    log_lines,
)

FORBIDDEN = re.compile("[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
CLASSES = re.compile(r"(?:sgr-(?:bold|dim|italic|underline|inverse|strike|[fb]g-(?:1[0-5]|[0-9])) ?)*")


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("plain\ttext", [("plain\ttext", "")]),
        ("\x1b[31mred\x1b[0m not", [("red", "sgr-fg-1"), (" not", "")]),
        (
            "\x1b[1;4;32mx\x1b[22my\x1b[39;24mz",
            [("x", "sgr-bold sgr-underline sgr-fg-2"), ("y", "sgr-underline sgr-fg-2"), ("z", "")],
        ),
        ("\x1b[97;104mx\x1b[mz", [("x", "sgr-bg-12 sgr-fg-15"), ("z", "")]),
        ("\x1b[38;5;9mx\x1b[38;5;200my", [("x", "sgr-fg-9"), ("y", "")]),
        ("\x1b[38;2;1;2;3mx\x1b[48;5mz", [("xz", "")]),
        ("\x1b[2K\x1b[1A\x1b[?25lx", [("x", "")]),
        ("\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x1b\\!", [("link!", "")]),
        ("\x1b]0;title never ends", []),
        ("\x1bPq#0\x1b\\x\x1b(By\x1bcz", [("xyz", "")]),
        ("\x9b31mx\x9d8;;http://a\x9cy", [("xy", "sgr-fg-1")]),
        ("a\x1b", [("a", "")]),
        ("a\x1b[", [("a", "")]),
        ("a\0b\x08c\u202ed", [("a\ufffdb\ufffdc\ufffdd", "")]),
        ("\x1b[99999999999999999999mx", [("x", "")]),
    ],
)
def test_spans(printed: str, expected: list[tuple[str, str]]) -> None:
    assert spans(printed) == tuple(Span(*pair) for pair in expected)


@given(st.text(st.sampled_from("\x1b\x9b\x9d\x07\\[]();:?m0123489AKP <>&\"'x\r\t\0\u202e\ud800"), max_size=200))
def test_nothing_to_obey_is_left(printed: str) -> None:
    found = spans(printed)
    assert not any(FORBIDDEN.search(span.text) for span in found)
    assert all(CLASSES.fullmatch(span.classes) for span in found)
    assert "".join(span.text for span in found) == visible_text(printed)


@given(st.binary(max_size=400), st.integers(1, 10**9))
def test_any_bytes_make_lines(data: bytes, first: int) -> None:
    lines = list(log_lines(data, first_number=first))
    assert [line.number for line in lines] == list(range(first, first + len(lines)))
    assert len(lines) == data.count(b"\n") + (not data.endswith(b"\n") and data != b"")


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b" 10%\r 55%\r100%", "100%"),
        (b"100%\r", "100%"),
        (b"done\r\x1b[K", "done"),
        (b"done\r   ", "done"),
        (b"\r\r", ""),
        (b"windows line\r", "windows line"),
        (b"\xff\xfeok", "\ufffd\ufffdok"),
    ],
)
def test_what_was_printed_over_itself_shows_its_last_state(printed: bytes, shown: str) -> None:
    assert "".join(span.text for span in log_line(printed, number=1).spans) == shown


def test_long_lines_are_cut_and_say_so() -> None:
    assert not log_line(b"x" * MAX_LINE_BYTES, number=1).is_cut
    line = log_line(b"x" * (MAX_LINE_BYTES + 1), number=1)
    assert line.is_cut
    assert len(line.spans[0].text) == MAX_LINE_BYTES


@pytest.mark.parametrize(
    ("printed", "kind"),
    [
        ("ERROR: No matching distribution", LineKind.ERROR),
        (" !     The app asks for Python 3.7", LineKind.ERROR),
        ("error: subprocess-exited-with-error", LineKind.ERROR),
        ("Traceback (most recent call last):", LineKind.ERROR),
        ("ValueError: bad", LineKind.ERROR),
        ("django.core.exceptions.ImproperlyConfigured: x", LineKind.PLAIN),
        ("pkg.errors.BuildError", LineKind.ERROR),
        ("\x1b[31mERROR\x1b[0m: red", LineKind.ERROR),
        ("WARNING: Running pip as root", LineKind.WARNING),
        ("app.py:3: DeprecationWarning: old", LineKind.WARNING),
        ("DEPRECATION: legacy", LineKind.WARNING),
        ("0 errors, no warnings", LineKind.PLAIN),
        ("Collecting error-handler", LineKind.PLAIN),
        ("errors.py", LineKind.PLAIN),
    ],
)
def test_lines_that_look_like_errors_and_warnings(printed: str, kind: LineKind) -> None:
    assert log_line(printed.encode(), number=1).kind is kind


@pytest.mark.parametrize(
    ("before", "data", "indexes"),
    [
        (b"", b"", []),
        (b"", b"fine\n", []),
        (b"", b"ERROR: not ended", []),
        (b"ERR", b"OR: ends here\nfine\nfatal: no\n", [0, 2]),
        (b"all ", b"ERROR: is within\nValueError: bad\r\n", [1]),
        (b"", b"error: and error and error\nerror: again", [0]),
        (b"", b"! x\n" * (MAX_CANDIDATES + 5), list(range(MAX_CANDIDATES))),
    ],
)
def test_which_lines_read_like_errors(before: bytes, data: bytes, indexes: list[int]) -> None:
    assert error_line_indexes(data, before=before) == indexes


@given(
    st.lists(st.sampled_from(["ERROR: x", "fatal: y", " ! z", "pkg.SomeException", "a ", "Traceback", "\n", "\r", "é"]))
    .map("".join)
    .map(str.encode),
    st.integers(0, 20),
)
def test_errors_are_found_as_if_every_line_were_read(text: bytes, cut: int) -> None:
    cut = min(cut, text.find(b"\n") if b"\n" in text else len(text))
    kinds = [line.kind for line in log_lines(text[: text.rfind(b"\n") + 1], first_number=0)]
    expected = [index for index, kind in enumerate(kinds) if kind is LineKind.ERROR]
    assert error_line_indexes(text[cut:], before=text[:cut]) == expected
