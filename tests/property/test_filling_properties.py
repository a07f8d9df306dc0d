"""What the long tables are written with escapes as Django does."""

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from portal.templatetags.filling import filled, filled_rows

PATTERN = '<a href="{}">{}</a> {kept}'
TEXTS = st.text(st.sampled_from("<>&\"'{} x\0\u2028é"))


@given(TEXTS, st.one_of(TEXTS, st.integers(), st.none()))
def test_all_but_what_is_safe_is_escaped_once(address: str, words: object) -> None:
    kept = mark_safe("<b>&amp;</b>")
    assert filled(PATTERN, address, words, kept=kept) == format_html(PATTERN, address, words, kept=kept)


def test_lazy_texts_are_escaped_too() -> None:
    assert filled("{}", gettext_lazy("a < b")) == "a &lt; b"


def test_what_is_filled_stays_as_it_is_when_it_fills_another() -> None:
    cell = filled("<td>{}</td>", "<")
    assert filled_rows("<tr>{cell}</tr>", [{"cell": cell}, {"cell": "&"}]) == "<tr><td>&lt;</td></tr>\n<tr>&amp;</tr>"
