"""Source trees: what exists, what is a file, and where links lead."""

import pytest

from builds.domain.source import MAX_LINKS, SourceTree
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


def test_as_many_links_as_the_system_follows() -> None:
    links: Files = {f"l{number}": link(f"l{number + 1}") for number in range(MAX_LINKS)}
    assert tree_of({**links, f"l{MAX_LINKS}": "x"}).contents("l0") == b"x"
    more: Files = {**links, f"l{MAX_LINKS}": link("end"), "end": "x"}
    assert tree_of(more).contents("l0") is None
    assert tree_of(more).contents("l1") == b"x"


def test_trees_are_values() -> None:
    assert tree_of({"a": "x"}) == tree_of({"a": b"x"})
    assert hash(tree_of({"a": "x", "b": ""})) == hash(tree_of({"b": "", "a": "x"}))
    assert tree_of({"a": "x"}) != tree_of({"a": "y"})
    assert SourceTree({}) != {}
