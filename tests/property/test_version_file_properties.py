"""What has to hold for every way of writing a version into a file."""

import codecs

from hypothesis import given
from hypothesis import strategies as st

from builds.domain.sources.encodings import UTF_8_MARKED, foreign_encoding
from builds.domain.sources.lines import BLANK
from builds.domain.sources.python_version_file import read_python_version_file
from builds.domain.sources.runtime_txt import RuntimeTxtRules, read_runtime_txt

TODAY = RuntimeTxtRules(allows_trailing_dot=False, knows_comments=True, names_pypy=False)
OF_OLD = RuntimeTxtRules(allows_trailing_dot=True, knows_comments=False, names_pypy=True)
VERSIONS = st.from_regex(r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){1,2}", fullmatch=True)
BLANKS = st.text(BLANK.replace("\n", ""), max_size=3)
COMMENTS = st.lists(st.text(max_size=8).map(lambda text: "#" + text.replace("\n", "")) | BLANKS, max_size=3)
WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0xFFFF), min_size=1, max_size=12)


@given(VERSIONS, BLANKS, BLANKS, COMMENTS, COMMENTS)
def test_blanks_and_comments_around_a_version_never_matter(
    version: str, before: str, behind: str, above: list[str], below: list[str]
) -> None:
    for prefix, read in (
        ("", lambda contents: read_python_version_file(contents, default_series=None)),
        ("python-", lambda contents: read_runtime_txt(contents, TODAY, default_series=None)),
    ):
        lines = [*above, before + prefix + version + behind, *below]
        assert read("\n".join(lines).encode()) == version


@given(VERSIONS, st.text(BLANK + "\xa0\x85", max_size=4), st.text(BLANK + "\xa0\x85", max_size=4))
def test_blanks_around_a_whole_runtime_txt_never_mattered(version: str, before: str, behind: str) -> None:
    contents = f"{before}python-{version}{behind}".encode()
    assert read_runtime_txt(contents, OF_OLD, default_series=None) == version


@given(st.text().filter(lambda text: not text.startswith("\ufeff")))
def test_plain_utf_8_is_never_foreign(text: str) -> None:
    assert foreign_encoding(text.encode()) is None


@given(WORDS)
def test_text_behind_a_byte_order_mark_is_always_foreign(text: str) -> None:
    assert foreign_encoding(codecs.BOM_UTF8 + text.encode()) == UTF_8_MARKED
    for codec, mark in (("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE)):
        assert (foreign_encoding(mark + text.encode(codec)) or "").startswith("UTF-16")
    for codec, mark in (("utf-32-le", codecs.BOM_UTF32_LE), ("utf-32-be", codecs.BOM_UTF32_BE)):
        assert (foreign_encoding(mark + text.encode(codec)) or "").startswith("UTF-32")
