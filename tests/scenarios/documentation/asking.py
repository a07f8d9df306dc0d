"""Puts an app to the rules and the table of one of the two documentation pages."""

from typing import Any

from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.source_document import read_source
from tests.tables import shipped_table
from versions.domain.table import Ruleset, Table

PAGE_2018 = shipped_table("2018-documented")
PAGE_2024 = shipped_table("2024-documented")
STACK_2018 = "scalingo-14"


def answer(table: Table, stack: str, **files: str) -> dict[str, Any]:
    """Detection's answer for an app with these files; `_txt`, `_py` and `_lock` at a name's end stand for an ending."""
    named = {_file_name(name): {"text": content} for name, content in files.items()}
    tree = read_source(named)
    found = detect(tree, stack=stack, table=table, revision=1, ruleset=Ruleset.DOCUMENTED, previous=None)
    return dict(detection_document(found, is_explained=False))


def version(table: Table, stack: str, **files: str) -> str:
    """The release that the app gets; fails when it gets none."""
    found = answer(table, stack, **files)
    assert found["failure"] is None, found["failure"]
    return str(found["release"]["version"])


def _file_name(name: str) -> str:
    stem, _, ending = name.rpartition("_")
    return f"{stem}.{ending}" if ending in {"txt", "py", "lock"} else name
