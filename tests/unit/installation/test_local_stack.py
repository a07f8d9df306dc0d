"""What the stack `local` holds, what stays pending, and what the examples ask for."""

import json

import pytest

from portal.installation import local_stack
from portal.installation.local_stack import Document


def stack_with(*versions: str) -> Document:
    """The stack with these releases, each with an archive."""
    by_series: dict[str, list[Document]] = {}
    for version in versions:
        artifact = {"arch": "amd64", "format": "tar.gz", "url": "/x", "sha256": "0" * 64, "size": 1}
        release = {"version": version, "released_on": None, "status": "available", "reason": None}
        by_series.setdefault(version.rpartition(".")[0], []).append({**release, "artifacts": [artifact]})
    series = [
        {"series": name, "status": "supported", "eol_on": None, "removed_on": None, "releases": releases}
        for name, releases in by_series.items()
    ]
    return {**local_stack.empty_stack(), "archs": ["amd64"], "series": series}


@pytest.mark.parametrize(
    ("versions", "held_back"),
    [
        (["2.7.18", "3.11.2", "3.11.7", "3.12.1"], "3.11.7"),
        (["3.10.1", "3.10.2", "3.12.1", "3.12.9", "3.12.10"], "3.12.10"),
        (["3.10.13", "3.11.7", "3.13.0"], "3.13.0"),
        (["3.11.2"], None),
        (["2.7.17", "2.7.18", "3.11.2"], None),
        (["2.7.18"], None),
        ([], None),
    ],
)
def test_the_newer_of_two_patches_is_held_back_else_the_newest_series(
    versions: list[str], held_back: str | None
) -> None:
    assert local_stack.release_to_hold_back(stack_with(*versions)) == held_back


def test_leaving_out_the_only_release_of_a_series_leaves_out_the_series() -> None:
    left = local_stack.without(stack_with("3.11.2", "3.12.1"), "3.12.1")
    assert local_stack.versions_of(left) == ["3.11.2"]
    assert [series["series"] for series in left["series"]] == ["3.11"]


def upstream() -> Document:
    """The bundled table of today."""
    document: Document = json.loads(local_stack.UPSTREAM_TABLE.read_text(encoding="utf-8"))
    return document


def test_with_one_interpreter_the_newest_patch_of_its_series_comes_from_upstream() -> None:
    more = local_stack.with_upstream(stack_with("3.11.2"), upstream())
    assert more is not None
    stack, version = more
    assert version == "3.11.16"
    release = stack["series"][0]["releases"][-1]
    assert release["artifacts"][0]["url"].startswith("https://github.com/astral-sh/python-build-standalone/")
    assert len(release["artifacts"][0]["sha256"]) == 64


def test_with_the_newest_patch_installed_the_next_series_comes_from_upstream() -> None:
    more = local_stack.with_upstream(stack_with("3.11.16"), upstream())
    assert more is not None
    assert more[1] == "3.12.14"


def test_nothing_comes_from_upstream_for_another_architecture_or_beyond_its_newest() -> None:
    assert local_stack.with_upstream({**stack_with("3.11.2"), "archs": ["riscv64"]}, upstream()) is None
    assert local_stack.with_upstream(stack_with("3.99.0"), upstream()) is None


def test_the_default_series_is_that_of_the_pending_release_when_it_is_published() -> None:
    assert local_stack.default_series(stack_with("3.11.2", "3.13.0"), "3.11.7") == "3.11"
    assert local_stack.default_series(stack_with("3.9.1", "3.10.2"), "3.13.0") == "3.10"
    assert local_stack.default_series(stack_with("3.9.1", "3.10.2"), None) == "3.10"


def test_one_example_asks_for_the_series_that_moves_and_one_for_a_release_that_stays() -> None:
    published = {**stack_with("3.11.2", "3.12.1"), "default_series": "3.11"}
    assert local_stack.requests_of_examples(published, "3.11.7") == {"asks-series": "3.11", "asks-exact": "3.11.2"}
    assert local_stack.requests_of_examples(published, None) == {"asks-series": "3.11", "asks-exact": "3.11.2"}


def test_dates_that_the_bundled_tables_know_are_filled_in_and_empty_series_dropped() -> None:
    stack = stack_with("3.11.2", "3.12.3")
    stack["series"].append({**stack["series"][0], "series": "3.13", "releases": []})
    filled = local_stack.dated(stack, local_stack.known_tables())
    assert [series["series"] for series in filled["series"]] == ["3.11", "3.12"]
    assert filled["series"][1]["eol_on"] == "2028-10-31"
    assert filled["series"][1]["releases"][0]["released_on"] == "2024-04-09"


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "debian-12"),
        ("ID=ubuntu\nVERSION_ID='22.04'", "ubuntu-22.04"),
        ("ID=arch\n", "arch"),
        ('ID="Odd Name"\nVERSION_ID="1/2 β"\n', "odd-name-1-2"),
        ("", "linux"),
        ("no equals sign\n\x00", "linux"),
    ],
)
def test_the_base_is_named_after_the_machine(text: str, base: str) -> None:
    assert local_stack.machine_base(text) == base
