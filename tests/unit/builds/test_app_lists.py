"""Lists of apps: what each line says, what is wrong with it, and that no cell is a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builds.domain.app_entries import ADDRESS_PROBLEM, AppEntry, entry_faults
from builds.domain.app_lists import (
    COLUMNS,
    MAX_LINE_CHARACTERS,
    AppLine,
    LineFault,
    read_app_list,
    written_rows,
)
from versions.domain.written_lists import marked, unmarked

KNOWN = ", ".join(COLUMNS)
BLANK = AppEntry("", "", "", is_active=True)


def read(text: str | bytes) -> list[AppLine | LineFault]:
    return list(read_app_list(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def test_every_column_is_read() -> None:
    lines = read("name,owner,contact,url,active\nshop,Team Retail,retail@example.org,https://shop.example.org,no\n")
    assert lines == [AppLine(2, "shop", "Team Retail", "retail@example.org", "https://shop.example.org", False)]


def test_columns_come_in_any_order_and_case_and_may_be_missing() -> None:
    assert read(" Active ,NAME\ntrue,shop\n") == [AppLine(2, "shop", None, None, None, True)]


def test_missing_column_keeps_what_is_there_and_empty_cell_empties_it() -> None:
    before = AppEntry("Retail", "a@example.org", "https://a.example", is_active=False)
    (line,) = read("name,owner,active\nshop,,\n")
    assert isinstance(line, AppLine)
    assert line.entry(before) == AppEntry("", "a@example.org", "https://a.example", is_active=False)
    assert line.entry(None) == BLANK


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_the_one_of_the_header(delimiter: str) -> None:
    assert read(f"name{delimiter}owner\nshop{delimiter}Retail\n") == [AppLine(2, "shop", "Retail", None, None, None)]


def test_byte_order_mark_and_windows_line_ends() -> None:
    assert read("\ufeffname,owner\r\nshop,Retail\r\n") == [AppLine(2, "shop", "Retail", None, None, None)]


def test_empty_lines_count_but_say_nothing() -> None:
    assert read("name\n\n \nshop\n") == [AppLine(4, "shop", None, None, None, None)]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Shop,,,,", "name 'Shop': expected lower-case letters, digits and hyphens, at most 63"),
        (",x,,,", "name '': expected lower-case letters, digits and hyphens, at most 63"),
        ("a" * 64 + ",,,,", f"name '{'a' * 40}'…: expected lower-case letters, digits and hyphens, at most 63"),
        ("shop,,,,maybe", "active 'maybe': expected true or false"),
        ("shop,,,javascript:alert(1),", f"url {ADDRESS_PROBLEM}"),
        ("shop,,,https:// x,", f"url {ADDRESS_PROBLEM}"),
        (f"shop,{'o' * 201},,,", "owner has 201 characters; at most 200 are kept"),
        ("shop,a\0b,,,", "owner holds a line break or another control character"),
        ('shop,"two\nlines",,,', "owner holds a line break or another control character"),
        ("shop,x", "has 2 cells; the header has 5"),
    ],
)  # fmt: skip
def test_fault_names_its_line_and_what_is_wrong(row: str, problem: str) -> None:
    lines = read(f"name,owner,contact,url,active\nfine,,,,\n{row}\nfine-too,,,,\n")
    number = 5 if "\n" in row else 4
    assert lines == [
        AppLine(2, "fine", "", "", "", None),
        LineFault(3, problem),
        AppLine(number, "fine-too", "", "", "", None),
    ]


def test_undecodable_bytes_are_told() -> None:
    assert read(b"name,owner\nshop,caf\xe9\n") == [LineFault(2, "owner is not UTF-8")]


def test_second_line_of_an_app_names_the_first() -> None:
    assert read("name\nshop\ncrm\nshop\n")[2] == LineFault(4, "names shop again, as line 2 did")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected a header with the column name, and any of owner, contact, url, active"),
        ("shop,Retail\n", "expected a header with the column name, and any of owner, contact, url, active"),
        ("name,colour\n", f"the header has a column that is not known: 'colour'; known are {KNOWN}"),
        ("name,owner,owner\n", "the header has the column owner twice"),
    ],
)  # fmt: skip
def test_fault_of_the_header_is_the_only_one(text: str, problem: str) -> None:
    assert read(f"{text}shop,x\n" if text else "") == [LineFault(1, problem)]


def test_broken_quotes_end_the_list() -> None:
    first, fault = read('name,owner\nshop,x\ncrm,"a"b\nmore,x\n')
    assert isinstance(first, AppLine)
    assert isinstance(fault, LineFault)
    assert (fault.line, fault.problem.startswith("can't be read as CSV: ")) == (3, True)


def test_endless_line_is_not_read_to_its_end() -> None:
    stream = io.BytesIO(b"name\nshop\n" + b"a" * 10 * MAX_LINE_CHARACTERS)
    assert list(read_app_list(stream))[-1] == LineFault(3, f"is longer than {MAX_LINE_CHARACTERS} bytes")
    assert stream.tell() < 3 * MAX_LINE_CHARACTERS


@pytest.mark.parametrize("cell", ["=1+1", "+49 30 1234", "-1", "@team", "\t=1", "\uff1d1", "'=1"])
def test_formulas_are_written_as_text(cell: str) -> None:
    assert marked(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Retail", "it's", "'quoted'", "a=b"])
def test_other_cells_are_written_as_they_are(cell: str) -> None:
    assert marked(cell) == cell


@given(st.text())
def test_marks_are_taken_off_again(cell: str) -> None:
    assert unmarked(marked(cell)) == cell


WRITABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).map(str.strip)


@given(st.lists(st.tuples(WRITABLE, WRITABLE), max_size=5))
def test_written_list_reads_back_as_it_was(entries: list[tuple[str, str]]) -> None:
    rows = [(f"app-{n}", owner, contact, "", "true", "3.12.3", "s", "") for n, (owner, contact) in enumerate(entries)]
    text = "".join(written_rows(rows))
    expected = [AppLine(n + 2, row[0], row[1], row[2], "", True) for n, row in enumerate(rows)]
    assert read(text) == expected
    for cells in list(csv.reader(io.StringIO(text)))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_told(raw: bytes) -> None:
    for line in read_app_list(io.BytesIO(b"name,owner\n" + raw)):
        if isinstance(line, AppLine):
            assert entry_faults(line.entry(None)) == ()
