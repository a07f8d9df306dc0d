"""Lists as files."""

import csv
import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versions.domain.written_lists import list_pieces, marked, unmarked

COLUMNS = ("stack", "version", "size")
ROWS = [("a", "3.12.1", 7), ("=b", 'x"y', None)]
CELLS = st.text(st.sampled_from("'=+-@\t\r\nab3\uff1d\uff20"), max_size=6)


def written(form: str, rows: list[tuple[object, ...]]) -> str:
    return b"".join(list_pieces(form, COLUMNS, rows)).decode()


def test_csv_runs_no_formula() -> None:
    assert written("csv", list(ROWS)) == 'stack,version,size\r\na,3.12.1,7\r\n\'=b,"x""y",\r\n'


def test_json_says_what_the_rows_say() -> None:
    assert json.loads(written("json", list(ROWS))) == [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def test_lists_without_rows() -> None:
    assert written("csv", []) == "stack,version,size\r\n"
    assert written("json", []) == "[]\n"


@pytest.mark.parametrize("form", ["csv", "json"])
def test_long_lists_come_in_pieces_that_join_without_a_seam(form: str) -> None:
    rows: list[tuple[object, ...]] = [("a" * 100, f"3.12.{number}", number) for number in range(2_000)]
    pieces = list(list_pieces(form, COLUMNS, iter(rows)))
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 33 * 1024
    text = b"".join(pieces).decode()
    if form == "json":
        assert [tuple(row.values()) for row in json.loads(text)] == rows
    else:
        assert [tuple(row) for row in csv.reader(StringIO(text))][1:] == [(*row[:2], str(row[2])) for row in rows]


@pytest.mark.parametrize(
    ("cell", "safe"), [("=1+1", "'=1+1"), ("\uff1dA", "'\uff1dA"), ("'@x", "''@x"), ("it's", "it's"), ("'a", "'a")]
)
def test_marks(cell: str, safe: str) -> None:
    assert (marked(cell), unmarked(safe)) == (safe, cell)


@given(CELLS)
def test_a_mark_comes_off_again(cell: str) -> None:
    assert unmarked(marked(cell)) == cell
    assert marked(cell)[:1] not in set("=+-@\t\r\n\uff1d\uff20")
