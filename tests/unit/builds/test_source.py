"""Source trees: what exists, what is a file, and where links lead."""

import pytest

from builds.domain.source import MAX_LINKS, MAX_STEPS, SourceTree
from tests.unit.builds.trees import FOLDER, Files, link, tree_of


def test_files_folders_and_what_lies_in_them() -> None:
    tree = tree_of({"a": "x", "empty": FOLDER, "venv/pyvenv.cfg": "", "b/c/d": "y"})
    assert tree.root_names == ["a", "b", "empty", "venv"]
    assert tree.is_file("a")
    assert not tree.is_directory("a")
    assert tree.is_directory("empty")
    assert tree.is_directory("venv")
    assert tree.is_directory("b/c")
    assert tree.contents("b/c/d") == b"y"
    assert tree.contents("b/c") is None
    assert not tree.exists("c")
    assert not tree.exists("a/b")
    assert tree.is_directory("./b//c/..")
    assert tree.is_directory("")


@pytest.mark.parametrize(
    ("target", "found"),
    [("a", b"x"), ("./a", b"x"), ("b/../a", b"x"), ("b/up", b"x"), ("chain", b"x"), ("b", None), ("nowhere", None),
     ("a/a", None), ("../a", None), ("/a", None), ("/dev/null", None), ("loop", None)],
)  # fmt: skip
def test_links_lead_to_files_inside_the_tree(target: str, found: bytes | None) -> None:
    entries: Files = {"a": "x", "b": FOLDER, "b/up": link("../a"), "chain": link("b/up"), "loop": link("loop")}
    assert tree_of({**entries, "it": link(target)}).contents("it") == found


def test_folder_behind_a_link() -> None:
    tree = tree_of({"real/x": "y", "it": link("real")})
    assert tree.is_directory("it")
    assert tree.contents("it/x") == b"y"


def test_device_exists_but_is_no_file() -> None:
    tree = tree_of({"it": link("/dev/null"), "inside": link("it/x")})
    assert tree.exists("it")
    assert not tree.is_file("it")
    assert not tree.is_directory("it")
    assert not tree.exists("it/x")
    assert not tree.exists("inside")


@pytest.mark.parametrize(
    ("target", "is_folder"), [("..", True), ("../..", True), (".././", True), ("../a", False), ("../../a", False)]
)
def test_folder_above_the_root_is_there_but_holds_nothing_known(target: str, is_folder: bool) -> None:
    tree = tree_of({"a": "x", "it": link(target)})
    assert tree.is_directory("it") == is_folder
    assert tree.exists("it") == is_folder
    assert not tree.exists("it/a")


def test_as_many_links_as_the_system_follows() -> None:
    links: Files = {f"l{number}": link(f"l{number + 1}") for number in range(MAX_LINKS)}
    assert tree_of({**links, f"l{MAX_LINKS}": "x"}).contents("l0") == b"x"
    more: Files = {**links, f"l{MAX_LINKS}": link("end"), "end": "x"}
    assert tree_of(more).contents("l0") is None
    assert tree_of(more).contents("l1") == b"x"


def test_links_of_too_many_parts_lead_nowhere() -> None:
    tree = tree_of({"a": "x", "short": link("./" * (MAX_STEPS - 2) + "a"), "long": link("./" * MAX_STEPS + "a")})
    assert tree.contents("short") == b"x"
    assert not tree.exists("long")


def test_what_lies_in_a_folder_and_beside_it() -> None:
    tree = tree_of({"a/b": "", "a/c/d": "", "a-b": "", "b": ""})
    assert list(tree.inside("a")) == ["a/b", "a/c/d"]
    assert tree.has_inside("a/c")
    assert not tree.has_inside("b")


def test_trees_are_values() -> None:
    assert tree_of({"a": "x"}) == tree_of({"a": b"x"})
    assert hash(tree_of({"a": "x", "b": ""})) == hash(tree_of({"b": "", "a": "x"}))
    assert tree_of({"a": "x"}) != tree_of({"a": "y"})
    assert SourceTree({}) != {}
