"""runtime.txt and .python-version, byte by byte."""

import pytest

from builds.domain.outcomes import (
    PyPyUnsupported,
    RuntimeTxtInvalid,
    VersionFileAmbiguous,
    VersionFileEmpty,
    VersionFileInvalid,
    VersionFileMisspelled,
    VersionFileUndecodable,
)
from builds.domain.sources.encodings import EIGHT_BIT, UTF_8_MARKED, foreign_encoding
from builds.domain.sources.lines import BLANK, meaningful_lines, trimmed
from builds.domain.sources.python_version_file import MISSPELLINGS, find_misspelling, read_python_version_file
from builds.domain.sources.runtime_txt import RuntimeTxtRules, read_runtime_txt
from tests.unit.builds.trees import FOLDER, link, tree_of
from versions.domain.version import Series

SERIES = Series(3, 13)
OLD = RuntimeTxtRules(allows_trailing_dot=True, knows_comments=False, names_pypy=True)
NEW = RuntimeTxtRules(allows_trailing_dot=False, knows_comments=True, names_pypy=False)


def test_blanks_are_those_of_the_c_library() -> None:
    assert trimmed(f"{BLANK}3.12{BLANK}") == "3.12"
    for character in "\x85\xa0\u2007\u202f\x1c\x1d\x1e\x1f\u200b\ufeff\u180e":
        assert trimmed(f"{character}3.12") == f"{character}3.12"


def test_blank_lines_and_comments_do_not_count() -> None:
    assert meaningful_lines(b"\n \t\r\n# c\n  # d\n3.12 # e\n\x0b\n x") == ["3.12 # e", " x"]
    assert meaningful_lines("\u2003# c\n\xa0# d".encode()) == ["\xa0# d"]
    assert meaningful_lines(b"3.\x0012\n# \xe9\n\xff") == ["3.\u240012", "\ufffd"]


@pytest.mark.parametrize(
    ("contents", "encoding"),
    [
        (b"", None),
        (b"3.12\n", None),
        ("3.12 é\n".encode(), None),
        (b"\x1b[1m", None),
        (b"\xff", None),
        (b"\xff\x00", None),
        (b"3.12\x00", None),
        (b"3.12\n\x00\x00", None),
        (b"3.12\x85\n", None),
        (b"\xe93\x85\n", EIGHT_BIT),
        (b"3.12.\xe9", EIGHT_BIT),
        ("é 3.12".encode() + b"\xe9", None),
        (b"3.12\xa0\n", EIGHT_BIT),
        (b"\x933.12\x94", EIGHT_BIT),
        (b"3.12\xa0\x00\n", None),
        (b"3.12\x7f\xa0", None),
        (b"\xef\xbb\xbf3.12", UTF_8_MARKED),
        (b"\xef\xbb\xbf", None),
        (b"\xef\xbb\xbf\xff", EIGHT_BIT),
        (b"\xef\xbb\xbf3.12\xa0\n", EIGHT_BIT),
        (b"\xef\xbb\xbf\x00x", None),
        ("3.12".encode("utf-16"), "UTF-16 (little-endian)"),
        (b"\xfe\xff" + "3.12".encode("utf-16-be"), "UTF-16 (big-endian)"),
        (b"\xff\xfe\x00\x00" + "3.12".encode("utf-32-le"), "UTF-32 (little-endian)"),
        (b"\x00\x00\xfe\xff" + "3.12".encode("utf-32-be"), "UTF-32 (big-endian)"),
        (b"\xff\xfe3", "UTF-16 (little-endian)"),
        ("\ufeff3.12".encode("utf-16-le") + b"\r\n", "UTF-16 (little-endian)"),
        (b"\xff\xfe\x01\x00", None),
    ],
)
def test_encodings_are_told_apart(contents: bytes, encoding: str | None) -> None:
    assert foreign_encoding(contents) == encoding


@pytest.mark.parametrize(
    "contents", ["python-3.12", "python-3.12\n", "\r\n\u2003python-3.12 \r\n", "# c\npython-3.12\n #"]
)
def test_runtime_txt_with_a_series(contents: str) -> None:
    assert read_runtime_txt(contents.encode(), NEW, default_series=SERIES) == "3.12"


def test_runtime_txt_with_a_release() -> None:
    assert read_runtime_txt(b"python-3.12.1\n", NEW, default_series=SERIES) == "3.12.1"


@pytest.mark.parametrize("contents", ["", "3.12", "python", "python-", "python-3", "python- 3.12", "Python-3.12",
    "python-python-3.12", "python-3.12 x", "python-3.12\npython-3.13", "python-3.12.1.", "pypy3.9-7.3.9"])  # fmt: skip
def test_runtime_txt_with_anything_else(contents: str) -> None:
    assert read_runtime_txt(contents.encode(), NEW, default_series=SERIES) == RuntimeTxtInvalid(contents, SERIES)


def test_runtime_txt_of_2018() -> None:
    assert read_runtime_txt(b"python-3.6.\n", OLD, default_series=SERIES) == "3.6"
    assert read_runtime_txt(b"python-3.6.\n", NEW, default_series=SERIES) == RuntimeTxtInvalid("python-3.6.", SERIES)
    for contents in ("python-3.6..", "python-3.6.1.", "python-3.", "3.6."):
        found = read_runtime_txt(contents.encode(), OLD, default_series=SERIES)
        assert found == RuntimeTxtInvalid(contents, SERIES)


def test_runtime_txt_with_pypy() -> None:
    found = read_runtime_txt(b" pypy3.9-7.3.9\n", OLD, default_series=SERIES)
    assert found == PyPyUnsupported("pypy3.9-7.3.9", "runtime.txt", SERIES)
    assert found.detail == "pypy3.9-7.3.9"


def test_wrong_contents_are_quoted_in_part() -> None:
    found = read_runtime_txt(b"x" * 500, NEW, default_series=None)
    assert found == RuntimeTxtInvalid("x" * 100, None)
    line = read_python_version_file("é".encode() * 500, default_series=None)
    assert line == VersionFileInvalid("é" * 100, None)


@pytest.mark.parametrize("contents", ["3.12", "3.12\r\n", "\n# c\n\t3.12 \n\n"])
def test_python_version_file_with_a_series(contents: str) -> None:
    assert read_python_version_file(contents.encode(), default_series=SERIES) == "3.12"


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        (b"", VersionFileEmpty(SERIES)),
        (b" \n# 3.12\n", VersionFileEmpty(SERIES)),
        (b"3.12\n3.13\n", VersionFileAmbiguous(("3.12", "3.13"))),
        (b"3.1\n" * 9, VersionFileAmbiguous(("3.1",) * 5)),
        (b"3.12\nfoo\n", VersionFileInvalid("foo", SERIES)),
        (b" foo \n3.12", VersionFileInvalid(" foo ", SERIES)),
        (b"3.12\x00\n", VersionFileInvalid("3.12\u2400", SERIES)),
        (b"3.12\xa0\n", VersionFileUndecodable(EIGHT_BIT, SERIES)),
        (b"\xef\xbb\xbf3.12\n", VersionFileUndecodable(UTF_8_MARKED, SERIES)),
        (b"# \xe9\n3.12\n", "3.12"),
    ],
)
def test_python_version_file_with_anything_else(contents: bytes, found: object) -> None:
    assert read_python_version_file(contents, default_series=SERIES) == found


def test_details_of_failures() -> None:
    assert VersionFileAmbiguous(("3.12", "3.13")).detail == "3.12,3.13"
    assert VersionFileEmpty(None).detail is None
    assert VersionFileUndecodable(EIGHT_BIT, None).detail == EIGHT_BIT


def test_misspellings_are_found_in_their_order() -> None:
    tree = tree_of(dict.fromkeys(reversed(MISSPELLINGS), "3.12"))
    assert find_misspelling(tree) == VersionFileMisspelled(MISSPELLINGS[0])
    assert find_misspelling(tree_of({".python-version": "", "Python-version": ""})) is None
    assert find_misspelling(tree_of({"python-version": FOLDER, "python_version": link("nowhere")})) is None
    assert find_misspelling(tree_of({"v": "", "python_version": link("v")})) == VersionFileMisspelled("python_version")
