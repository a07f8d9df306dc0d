"""Read from the source itself: every code that is written anywhere is explained, and every explained code is written.

Codes stand in the source as plain texts, or as an f-string whose beginning is their area (`hooks::{name}`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from builds.domain.package_managers import PackageManager
from portal.messages import ALL
from tests.databases import ROOT

PACKAGES = ("portal", "builds", "versions")
CODE = re.compile(r"[a-z][a-z-]*(::[a-z0-9_-]+)+")
AREA = re.compile(r"([a-z][a-z-]*::)+")


def sources() -> list[Path]:
    """All modules but those that explain codes."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path for path in found if not {"messages", "messages.py", "migrations"} & set(path.parts))


def strings(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Texts of the module, and whether each is whole; those within f-strings are beginnings. No docstrings."""
    parts = {
        id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values
    }  # fmt: skip
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value, id(node) not in parts


def refusal_codes(tree: ast.Module) -> Iterator[str]:
    """First arguments of `Refusal(…)`, and what is assigned to a class's `code`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refusal", "BuildFailure", "Oddity"}:
            first = node.args[0] if node.args else None
        elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "code":
            first = node.value
        else:
            continue
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_code_of_the_source_is_explained(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    written = {text for text, is_whole in strings(tree) if is_whole and CODE.fullmatch(text)}
    unexplained = (written | set(refusal_codes(tree))) - set(ALL)
    assert unexplained == set()


def test_no_explained_code_is_dead() -> None:
    whole, areas = set(), set()
    for path in sources():
        for text, is_whole in strings(ast.parse(path.read_text(encoding="utf-8"))):
            if is_whole:
                whole.add(text)
            elif AREA.fullmatch(text):
                areas.add(text)
    made = {
        f"{area}{name}" for area in areas for name in (*PackageManager, "pre_compile", "post_compile", "postdeploy")
    }
    assert set(ALL) - whole - made == set()
