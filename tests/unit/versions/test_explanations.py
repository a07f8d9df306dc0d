"""How texts take up facts: missing ones, long ones, hostile ones."""

import pytest

from builds.domain import messages as build_messages
from versions.domain import messages
from versions.domain.messages import Blame, Explanation, catalogue, explain, fill_text, outlined


def test_missing_facts_never_raise() -> None:
    explanation = explain("python-version::unknown-patch", {})
    assert explanation.title == "Python … is not available"
    assert explanation.text == "… has no Python … (asked for by: …)."


def test_optional_parts_need_all_of_their_facts() -> None:
    template = "A[[ {one} and {two}]] B[[ {one}]]."
    assert fill_text(template, {"one": 1, "two": 2}) == "A 1 and 2 B 1."
    assert fill_text(template, {"one": 1, "two": ""}) == "A B 1."
    assert fill_text(template, {"two": None}) == "A B."


def test_outline_keeps_optional_parts_and_names_the_facts() -> None:
    outline = outlined(Explanation("a::b", Blame.APP, "{one}", "A[[ {one}]] B[[ {two}]].", "C", "[[D]]", 404))
    assert outline == Explanation("a::b", Blame.APP, "{one}", "A {one} B {two}.", "C", "D", 404)


def test_facts_are_no_templates() -> None:
    assert fill_text("{a}", {"a": "{b} [[{b}]] {0.__class__}", "b": "x"}) == "{b} [[{b}]] {0.__class__}"


def test_long_facts_are_cut() -> None:
    assert fill_text("{a}", {"a": "x" * 300}) == "x" * 199 + "…"


def test_unprintable_facts_are_written_out() -> None:
    hostile = "a\0b\x1b[1m\ud800\n\u202e\U000e0001é"
    assert fill_text("{a}", {"a": hostile}) == "a\\x00b\\x1b[1m\\ud800\\x0a\\u202e\\U000e0001é"


def test_code_that_nobody_knows() -> None:
    explanation = build_messages.explain("new::code", {"detail": "x"})
    assert explanation == messages.explain("new::code", {"detail": "x"})
    assert (explanation.code, explanation.blame) == ("new::code", Blame.PLATFORM)
    assert explanation.text == "The build reported x. Its output says more."


def test_code_is_explained_once() -> None:
    twin = Explanation("a::b", Blame.APP, "", "", "", "")
    with pytest.raises(ValueError, match="a::b is explained twice"):
        catalogue(twin, twin)


def test_catalogue_of_builds_knows_that_of_versions() -> None:
    assert build_messages.ALL.keys() == messages.EXPLANATIONS.keys() | build_messages.EXPLANATIONS.keys()
    assert build_messages.explain("stack::unknown", {"stack": "blue"}) == explain("stack::unknown", {"stack": "blue"})
