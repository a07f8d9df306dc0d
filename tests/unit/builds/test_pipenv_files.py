"""Pipfile.lock as jq reads it, and Pipfile."""

import json

import pytest

from builds.domain.outcomes import LockUnreadable, PipfileUnreadable
from builds.domain.sources.json_dialects import JQ_1_6, JQ_1_7, JQ_1_8, JsonDialect, dialect_of
from builds.domain.sources.lock_json import MAX_DOCUMENTS, MAX_ESCAPES, MAX_LAX_CHARACTERS, MAX_STRAY_BYTES, MAX_VALUES
from builds.domain.sources.pipfile import MAX_DOTS, read_pipfile_fields
from builds.domain.sources.pipfile import MAX_VALUES as MAX_PIPFILE_VALUES
from builds.domain.sources.pipfile_lock import FULL_VERSION, VERSION, Lock, read_lock


def version_in(contents: bytes | str, dialect: JsonDialect = JQ_1_6) -> str | None:
    lock = read_lock(contents.encode() if isinstance(contents, str) else contents, dialect)
    assert isinstance(lock, Lock)
    return lock.field(FULL_VERSION, VERSION)


def problem_in(contents: bytes | str, dialect: JsonDialect = JQ_1_6) -> str:
    lock = read_lock(contents.encode() if isinstance(contents, str) else contents, dialect)
    assert isinstance(lock, LockUnreadable)
    assert lock.detail == lock.problem
    return lock.problem


def with_version(written: str, name: str = VERSION) -> str:
    return f'{{"_meta": {{"requires": {{"{name}": {written}}}}}}}'


@pytest.mark.parametrize(
    ("base", "dialect"),
    [("ubuntu-20.04", JQ_1_6), ("ubuntu-22.04", JQ_1_6), ("ubuntu-24.04", JQ_1_7), ("ubuntu-25.10", JQ_1_7),
     ("ubuntu-26.04", JQ_1_8), ("debian-12", JQ_1_6), ("debian-13", JQ_1_7), ("debian-14", JQ_1_8), ("scratch", JQ_1_6),
     ("ubuntu-99999.1", JQ_1_6), ("ubuntu-²", JQ_1_6), ("alpine-3.20", JQ_1_6)],
)  # fmt: skip
def test_each_base_has_its_jq(base: str, dialect: JsonDialect) -> None:
    assert dialect_of(base) == dialect


@pytest.mark.parametrize(
    ("written", "old", "new"),
    [
        ('"3.12"', "3.12", "3.12"),
        ("3.12", "3.12", "3.12"),
        ("3.10", "3.1", "3.10"),
        ("3.0", "3", "3.0"),
        ("3", "3", "3"),
        ("31.2e-1", "3.12", "3.12"),
        ("03.12", "3.12", "3.12"),
        ("+3.1", "3.1", "3.1"),
        (".5", "0.5", "0.5"),
        ("3.", "3", "3"),
        ("-3.10", "-3.1", "-3.10"),
        ("-0", "-0", "-0"),
        ("1e400", "1.7976931348623157e+308", "1E+400"),
        ("NaN", None, None),
        ("-Infinity", "-1.7976931348623157e+308", "-1.7976931348623157e+308"),
        ("-inf", "-1.7976931348623157e+308", "-1.7976931348623157e+308"),
        ("inf", "1.7976931348623157e+308", "1.7976931348623157e+308"),
        ("1e-7", "1e-07", "1E-7"),
        ("0.00012", "0.00012", "0.00012"),
        ("1e15", "1000000000000000", "1E+15"),
        ("1e16", "1e+16", "1E+16"),
        ("1.5e300", "1.5e+300", "1.5E+300"),
        ("9007199254740993", "9007199254740992", "9007199254740993"),
        ("1e20", "1e+20", "1E+20"),
        ("9" * 301, "1e+301", "9" * 301),
        ("true", "true", "true"),
        ("false", "false", "false"),
        ("null", None, None),
        ('"null"', None, None),
        ('""', "", ""),
        ('"3.12\\n\\n"', "3.12", "3.12"),
        ('"3.12\\u0000"', "3.12", "3.12"),
        ('"3.12\\r\\n"', "3.12\r", "3.12\r"),
        ('"\\ud83d\\ude00"', "😀", "😀"),
        ('"\\udc00"', "\ufffd", "\ufffd"),
        ('["3.12"]', '[\n  "3.12"\n]', '[\n  "3.12"\n]'),
        ("{}", "{}", "{}"),
        ("[1.0, null]", "[\n  1,\n  null\n]", "[\n  1.0,\n  null\n]"),
        ('{"a": {"b": ["\\u007f"]}, "a": 1}', '{\n  "a": 1\n}', '{\n  "a": 1\n}'),
        ('{"a": {"b": ["\\u007f"]}}', *['{\n  "a": {\n    "b": [\n      "\\u007f"\n    ]\n  }\n}'] * 2),
    ],
)
def test_values_read_as_jq_prints_them(written: str, old: str | None, new: str | None) -> None:
    assert version_in(with_version(written), JQ_1_6) == old
    assert version_in(with_version(written), JQ_1_7) == new


def test_exponent_beyond_all_bounds() -> None:
    largest = "1.7976931348623157e+308"
    assert [version_in(with_version("1.5e" + "9" * digits), JQ_1_8) for digits in (10, 30)] == [largest, largest]
    assert version_in(with_version("1.5e" + "9" * 9), JQ_1_8) == "1.5E+" + "9" * 9


def test_small_letters_of_nan_depend_on_the_release() -> None:
    assert version_in(with_version("nan"), JQ_1_7) is None
    assert "line 1, column" in problem_in(with_version("nan"), JQ_1_6)
    assert version_in(with_version("-nan"), JQ_1_6) is None


@pytest.mark.parametrize("written", ["nan1", "NaN10", "-sNaN2"])
def test_digits_behind_nan_are_read_by_one_release_alone(written: str) -> None:
    assert version_in(with_version(written), JQ_1_7) is None
    assert "line 1, column" in problem_in(with_version(written), JQ_1_6)
    assert "line 1, column" in problem_in(with_version(written), JQ_1_8)


def test_long_lists_are_quoted_by_their_beginning() -> None:
    written = json.dumps(["3.12"] * 10_000)
    assert len(version_in(with_version(written)) or "") < 500


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({}, None),
        ({FULL_VERSION: "3.12.1", VERSION: "3.12"}, "3.12.1"),
        ({FULL_VERSION: None, VERSION: "3.12"}, "3.12"),
        ({FULL_VERSION: False, VERSION: "3.12"}, "3.12"),
        ({FULL_VERSION: "", VERSION: "3.12"}, ""),
        ({FULL_VERSION: 0, VERSION: "3.12"}, "0"),
        ({FULL_VERSION: True, VERSION: "3.12"}, "true"),
        ({FULL_VERSION: "null", VERSION: "3.12"}, None),
        ({FULL_VERSION: False, VERSION: False}, "false"),
    ],
)
def test_full_version_goes_first_where_it_is_set(fields: dict[str, object], version: str | None) -> None:
    assert version_in(json.dumps({"_meta": {"requires": fields}})) == version


@pytest.mark.parametrize(
    "contents", ["{}", "null", '{"_meta": null}', '{"_meta": {}}', '{"_meta": {"requires": null}}']
)
def test_parts_may_be_missing(contents: str) -> None:
    assert version_in(contents) is None


@pytest.mark.parametrize(
    ("contents", "problem"),
    [
        ("[]", "the document is not an object"),
        ('"3.12"', "the document is not an object"),
        ('{"_meta": 1}', "_meta is not an object"),
        ('{"_meta": {"requires": false}}', "_meta.requires is not an object"),
        ("{} 1", "the document is not an object"),
    ],
)
def test_parts_have_to_be_objects(contents: str, problem: str) -> None:
    assert problem_in(contents) == problem


def test_several_documents_yield_several_lines() -> None:
    assert version_in("") == ""
    assert version_in(" \n\t") == ""
    assert version_in("{}" + with_version('"3.12"')) == "null\n3.12"
    assert version_in("1 {}") == "the document is not an object\nnull"
    assert version_in("007{}") == "the document is not an object\nnull"
    assert version_in("{}" * MAX_DOCUMENTS) == "\n".join(["null"] * MAX_DOCUMENTS)
    assert problem_in("{}" * (MAX_DOCUMENTS + 1)) == f"more than {MAX_DOCUMENTS} documents"


@pytest.mark.parametrize(
    "contents",
    ["INVALID", '{"a": 1,}', "{'a': 1}", '{"a": tru}', '{"a" 1}', "{", '{"a": "\t"}', '{"a": "\\x"}', '{"a": 1e}',
     "00null", '{"a": 0x10}', "\ufeff\ufeff{}", "# c\n{}", "{} garbage", "-", ".", "+", "1 2 x"],
)  # fmt: skip
def test_what_is_no_json(contents: str) -> None:
    assert problem_in(contents).startswith("line ")


def test_numbers_are_not_rewritten_in_large_files() -> None:
    padding = " " * MAX_LAX_CHARACTERS
    assert version_in(with_version("03.12")) == "3.12"
    assert problem_in(with_version("03.12") + padding).startswith("line 1")


def test_numbers_are_not_rewritten_inside_strings() -> None:
    assert version_in('{"a": "\\" 01", "b": 01, "_meta": {"requires": {"python_version": "01 \\\\"}}}') == "01 \\"


def test_bytes_that_are_no_text() -> None:
    assert version_in(b'{"x": "\xff", "_meta": {"requires": {"python_version": "3.12\xff"}}}') == "3.12\ufffd"
    assert version_in(b"\xef\xbb\xbf" + with_version('"3.12"').encode()) == "3.12"
    assert problem_in(b'"' + b"\xff" * (MAX_STRAY_BYTES + 1) + b'"') == "it is not UTF-8"


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_byte_order_mark_alone_or_cut_short_is_an_empty_file(length: int) -> None:
    assert version_in(b"\xef\xbb\xbf"[:length]) == ""


def test_nul_ends_a_last_line_and_nothing_else() -> None:
    lock = with_version('"3.12"').encode()
    assert version_in(lock + b"\0") == "3.12"
    assert version_in(lock + b"\n\0garbage") == "3.12"
    assert problem_in(lock + b"\0\n").startswith("line 1")


@pytest.mark.parametrize("text", ["\\ud800", "\\ud800x", "\\ud800\\u0041", "\\uD800\\\\udc00", "\\ud83d\\ud83d\\ude00"])
def test_half_of_a_surrogate_pair(text: str) -> None:
    assert problem_in(f'{{"a": "{text}"}}') == "half of a surrogate pair stands alone"


def test_escaped_backslash_begins_no_escape() -> None:
    assert version_in('{"a": "\\\\ud800"}') is None


@pytest.mark.parametrize(("dialect", "depth"), [(JQ_1_6, 256), (JQ_1_7, 256), (JQ_1_8, 500)])
def test_depth_is_limited(dialect: JsonDialect, depth: int) -> None:
    nested = '{"a": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}"
    assert version_in(nested, dialect) is None
    assert problem_in("[" + nested + "]", dialect) == f"nested more than {depth} levels deep"
    assert version_in(json.dumps({"a": "[" * 600 + '"\\', "b": [[]] * 300}), dialect) is None


def test_more_values_than_any_lock_has() -> None:
    assert problem_in("[" + "1," * MAX_VALUES + "1]") == f"more than {MAX_VALUES} values"
    assert problem_in('"' + "\\n" * (MAX_ESCAPES + 1) + '"') == f"more than {MAX_ESCAPES} backslashes"


def test_pipfile_fields() -> None:
    contents = b'[requires]\npython_version = "3.9"\npython_full_version = 3.10\n[packages]\nflask = "*"\n'
    assert read_pipfile_fields(contents, FULL_VERSION, VERSION) == {VERSION: "3.9", FULL_VERSION: "3.1"}
    assert read_pipfile_fields(b"", FULL_VERSION, VERSION) == {}
    assert read_pipfile_fields(b"requires = 1", VERSION) == {}


def test_pipfile_that_is_no_toml() -> None:
    found = read_pipfile_fields(b"<<<<<<< HEAD\n", VERSION)
    assert found == PipfileUnreadable("Invalid statement (at line 1, column 1)")
    assert isinstance(read_pipfile_fields(b"a = \xff", VERSION), PipfileUnreadable)


def test_pipfile_that_would_take_long() -> None:
    assert read_pipfile_fields(b"a." * MAX_DOTS + b"a = 1", VERSION) == {}
    found = read_pipfile_fields(b"a." * (MAX_DOTS + 1) + b"a = 1", VERSION)
    assert found == PipfileUnreadable(f"a line with more than {MAX_DOTS} dots")
    nested = read_pipfile_fields(b"a = " + b"[" * 60_000, VERSION)
    assert isinstance(nested, PipfileUnreadable)
    assert nested.detail == nested.problem


def test_a_pipfile_of_too_many_values_is_not_parsed() -> None:
    packages = b"".join(b"p%d = '*'\n" % number for number in range(MAX_PIPFILE_VALUES - 1))
    contents = b"[requires]\npython_version = '3.12'\n[packages]\n" + packages
    assert read_pipfile_fields(contents, VERSION) == {VERSION: "3.12"}
    found = read_pipfile_fields(contents + b"one = 'more'", VERSION)
    assert found == PipfileUnreadable(f"more than {MAX_PIPFILE_VALUES} values")
