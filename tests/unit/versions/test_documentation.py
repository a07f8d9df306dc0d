"""The documentation export says what the two pages of 2018 and 2024 say."""

from dataclasses import replace

from tests.tables import shipped_table, small_table
from versions.domain.table import SeriesStatus, StackStatus, Table
from versions.formats.documentation import documentation_table, html, markdown


def test_2024_row_by_row() -> None:
    words = documentation_table(shipped_table("2024-documented"))
    assert words.stacks == ("scalingo-20", "scalingo-22")
    assert words.rows == (
        ("3.12", ("3.12.3", "3.12.3")),
        ("3.11", ("3.11.9", "3.11.9")),
        ("3.10", ("3.10.14", "3.10.14")),
        ("3.9", ("3.9.19", "3.9.19")),
        ("3.8", ("3.8.19", None)),
    )
    assert words.defaults == ((("scalingo-20", "scalingo-22"), "3.12", "3.12.3"),)


def test_2024_as_markdown() -> None:
    text = markdown(shipped_table("2024-documented"), revision=2)
    assert "| Python Version | scalingo-20 | scalingo-22 |" in text
    assert "| 3.8 | up to `3.8.19` | unsupported |" in text
    assert "Default on `scalingo-20` and `scalingo-22`: the latest `3.12` release, today `3.12.3`." in text


def test_2018_names_its_two_versions() -> None:
    words = documentation_table(shipped_table("2018-documented"))
    assert words.rows == (("3.6", ("3.6.6",)), ("2.7", ("2.7.15",)))
    assert words.defaults == ((("scalingo-14",), "3.6", "3.6.6"),)


def test_2026_row_by_row() -> None:
    words = documentation_table(shipped_table("2026-08-current"))
    assert words.stacks == ("scalingo-22", "scalingo-24", "scalingo-26")
    newest = {"3.14": "3.14.7", "3.13": "3.13.15", "3.12": "3.12.14", "3.11": "3.11.16", "3.10": "3.10.21"}
    assert words.rows == tuple((series, (version,) * 3) for series, version in newest.items())
    assert words.defaults == ((words.stacks, "3.13", "3.13.15"),)


def test_html_has_the_same_cells_and_no_style() -> None:
    text = html(shipped_table("2024-documented"), revision=2)
    assert '<tr><th scope="row">3.8</th><td>up to <code>3.8.19</code></td><td>unsupported</td></tr>' in text
    assert "style" not in text


def test_unlisted_and_discontinued_stacks_and_removed_series_are_left_out() -> None:
    stack = small_table("3.11.0", "3.12.0").stacks[0]
    removed = replace(stack.series[1], status=SeriesStatus.REMOVED)
    table = Table(
        "stack-22",
        (
            replace(stack, series=(stack.series[0], removed)),
            replace(stack, name="hidden", listed=False),
            replace(stack, name="gone", status=StackStatus.DISCONTINUED),
        ),
    )
    words = documentation_table(table)
    assert words.stacks == ("stack-22",)
    assert words.rows == (("3.12", ("3.12.0",)), ("3.11", (None,)))
