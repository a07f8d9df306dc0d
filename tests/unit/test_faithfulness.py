"""docs/faithfulness.md names tests that exist, and every test of the two pages is named there."""

import re

from tests.databases import ROOT

SCENARIOS = ROOT / "tests" / "scenarios"
TEXT = (ROOT / "docs" / "faithfulness.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(test_\w+)`", TEXT))


def names_in(folder: str) -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (SCENARIOS / folder).glob("test_*.py"))
    return {name for source in sources for name in re.findall(r"^def (test_\w+)", source, re.MULTILINE)}


def test_every_named_test_exists() -> None:
    assert names_in("documentation") | names_in("builder") >= NAMED


def test_no_line_is_open() -> None:
    """Each documented sentence says what is here, and has a test (or says that another line's test covers it)."""
    pages = TEXT.partition("## Where the builds of the time")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in pages if line.startswith("| ")]
    sentences = [row for row in rows if row[0] not in {"documented", "---"}]
    assert len(sentences) > 30
    open_lines = [row for row in sentences if len(row) != 3 or not all(row) or not re.search(r"`test_\w+`", row[2])]
    assert open_lines == []


def test_every_test_of_the_pages_is_named() -> None:
    assert names_in("documentation") <= NAMED
