"""Reading table documents, right ones and wrong ones."""

import re
from typing import Any

import pytest

from tests.tables import TABLES, shipped_document
from versions.domain.document import read_table, table_document
from versions.domain.field_reader import MAX_FAULTS, FieldReader
from versions.domain.refusals import Fault, Refusal
from versions.domain.table import Ruleset, StackStatus
from versions.domain.version import Series


def small_document() -> dict[str, Any]:
    return {
        "schema": 1,
        "default_stack": "blue",
        "stacks": [
            {
                "name": "blue",
                "base": "ubuntu-22.04",
                "default_series": "3.12",
                "series": [
                    {"series": "3.11", "releases": []},
                    {
                        "series": "3.12",
                        "releases": [
                            {
                                "version": "3.12.3",
                                "released_on": "2024-04-09",
                                "artifacts": [{"arch": "amd64", "url": "/a.tar.zst", "sha256": "a" * 64, "size": None}],
                            }
                        ],
                    },
                ],
            }
        ],
    }


def faults_of(document: object) -> list[Fault]:
    with pytest.raises(Refusal) as refused:
        read_table(document)
    assert refused.value.code == "table::invalid"
    assert refused.value.facts["count"] == len(refused.value.faults)
    return list(refused.value.faults)


@pytest.mark.parametrize("name", sorted(path.stem for path in TABLES.glob("*.json")))
def test_shipped_documents_come_back_as_they_were(name: str) -> None:
    document = shipped_document(name)
    written = table_document(read_table(document))
    assert read_table(written) == read_table(document)
    assert written["default_stack"] == document["default_stack"]


def test_what_may_be_left_out_is_filled_in() -> None:
    (stack,) = read_table(small_document()).stacks
    assert (stack.archs, stack.status, stack.listed) == (("amd64",), StackStatus.SUPPORTED, True)
    assert stack.ruleset is Ruleset.DOCUMENTED
    assert [entry.series for entry in stack.series] == [Series(3, 12), Series(3, 11)]
    assert stack.series[0].releases[0].artifacts[0].format == "tar.zst"


def test_a_reader_may_ignore_what_it_does_not_know() -> None:
    document = small_document() | {"colour": "blue"}
    assert Fault("colour", "is not a field of the table document") in faults_of(document)
    assert read_table(document, ignores_unknown=True) == read_table(small_document())


def test_document_that_is_no_object() -> None:
    assert Fault("document", "expected an object, found a list") in faults_of([])


NAME = "[a-z0-9][a-z0-9-]{0,62}"
RELEASE = "stacks[0].series[1].releases[0]"
CHANGES: list[Any] = [  # place, value, problem
    ("schema", 2, "only schema 1 is understood"),
    ("schema", True, "expected a whole number, found true or false"),
    ("schema", None, "is missing"),
    ("colour", 1, "is not a field of the table document"),
    ("stacks", None, "is missing"),
    ("stacks", {}, "expected a list, found an object"),
    ("default_stack", "green", "'green' is not among the stacks"),
    ("default_stack", 3.5, "expected text, found a number"),
    ("stacks[0]", None, "expected an object, found null"),
    ("stacks[0].name", "api", "'api' is an address of the portal itself; choose another name"),
    ("stacks[0].name", "Blue", f"'Blue' is not of the form {NAME}"),
    ("stacks[0].name", "", f"'' is not of the form {NAME}"),
    ("stacks[0].base", "a\0", "holds a character that cannot be stored"),
    ("stacks[0].base", "a\ud800", "holds a character that cannot be stored"),
    ("stacks[0].archs", [], "expected a list with at least one entry, found a list"),
    ("stacks[0].archs", [1], "'1' is not of the form [a-z0-9_]{1,20}"),
    ("stacks[0].archs", ["arm64", "arm64"], "lists an entry twice"),
    ("stacks[0].status", "gone", "'gone' is none of supported, deprecated, discontinued"),
    ("stacks[0].listed", "yes", "expected true or false, found text"),
    ("stacks[0].default_series", "3", "'3' is not a series such as 3.12"),
    ("stacks[0].default_series", "3.13", "3.13 is not among the stack's series"),
    ("stacks[0].supported_until", "2024-02-30", "'2024-02-30' is not a day such as 2024-04-09"),
    ("stacks[0].supported_until", "soon", "'soon' is not a day such as 2024-04-09"),
    ("stacks[0].series[0].series", "x", "'x' is not a series such as 3.12"),
    ("stacks[0].series[0].releases", 7, "expected a list, found a number"),
    (f"{RELEASE}.version", "3.11.1", "3.11.1 does not belong to series 3.12"),
    (f"{RELEASE}.version", "3.12", "'3.12' is not a release such as 3.12.3"),
    (f"{RELEASE}.version", None, "is missing"),
    (f"{RELEASE}.artifacts[0].format", "rar", "'rar' is none of tar.zst, tar.gz, tar.xz, tgz, zip"),
    (f"{RELEASE}.artifacts[0].size", -1, "is out of range"),
    # Named, because the address in its repr would name the test differently in every worker.
    pytest.param(
        f"{RELEASE}.artifacts[0].size", object(), "expected a whole number, found object", id="no JSON at all"
    ),
]


@pytest.mark.parametrize(("place", "value", "problem"), CHANGES, ids=lambda value: repr(value)[:60])
def test_each_wrong_place_is_named(place: str, value: object, problem: str) -> None:
    assert Fault(place, problem) in faults_of(changed(place, value))


def test_series_are_listed_once_and_yanked_releases_say_why() -> None:
    twice = faults_of(changed("stacks[0].series[0].series", "3.12"))
    assert Fault("stacks[0].series[1]", "3.12 is listed twice") in twice
    yanked = faults_of(changed(f"{RELEASE}.status", "yanked"))
    assert yanked == [Fault(f"{RELEASE}.reason", "a yanked release needs a reason")]


def changed(place: str, value: object) -> dict[str, Any]:
    """The small document with another value at a place such as `stacks[0].name`."""
    document = small_document()
    target: Any = document
    *way, last = [int(step) if step.isdecimal() else step for step in re.findall(r"\w+", place)]
    for step in way:
        target = target[step]
    target[last] = value
    return document


def test_releases_have_to_be_sorted_and_different() -> None:
    document = small_document()
    series = document["stacks"][0]["series"][1]
    series["releases"] = [{"version": version} for version in ("3.12.3", "3.12.10", "3.12.9", "3.12.9")]
    assert faults_of(document) == [
        Fault("stacks[0].series[1].releases[3]", "3.12.9 is listed twice"),
        Fault("stacks[0].series[1].releases[2]", "3.12.9 stands after 3.12.10; list the oldest release first"),
    ]


def test_no_more_faults_than_anybody_reads() -> None:
    document = small_document()
    document["stacks"] = [{}] * 100
    assert len(faults_of(document)) == MAX_FAULTS


def test_reader_takes_an_empty_text_for_missing_where_one_is_needed() -> None:
    reader = FieldReader({"name": ""})
    assert reader.text("name") == ""
    assert reader.faults == [Fault("name", "is empty")]
