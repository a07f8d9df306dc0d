"""Detection as a whole: the order of its steps, what is kept before a failure, what is traced."""

from dataclasses import replace
from typing import Any

import pytest

from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.outcomes import (
    RuntimeTxtInvalid,
    VersionFileMissing,
)
from builds.domain.sending import which_files_to_send
from builds.domain.sources.contents import MAX_LOCK_BYTES, MAX_VERSION_FILE_BYTES
from tests.tables import small_stack, small_table
from tests.unit.builds.asked import YEAR_2026, current, documented
from tests.unit.builds.trees import Files, tree_of
from versions.domain.refusals import Refusal
from versions.domain.resolution import Request
from versions.domain.resolution.outcomes import DefaultMissing, StackUnknown
from versions.domain.table import Ruleset, SeriesStatus, Table, Tool
from versions.domain.version import Series


def test_the_whole_answer() -> None:
    document: Any = detection_document(current({"requirements.txt": "", ".python-version": "3.12\n"}))
    artifact = document["release"].pop("artifact")
    assert artifact["sha256"]
    assert document == {
        "revision": 3,
        "ruleset": "current",
        "detected": True,
        "package_manager": "pip",
        "package_manager_version": None,
        "request": {"version": "3.12", "origin": ".python-version"},
        "release": {"version": "3.12.13", "pinned": False, "outdated": False},
        "failure": None,
        "warnings": [],
        "install_commands": [["pip", "install", "-r", "requirements.txt"]],
        "hold": None,
        "advisories": [],
    }


def test_what_is_no_python_app() -> None:
    detection = documented({"package.json": "{}"})
    assert (detection.revision, detection.ruleset) == (2, Ruleset.DOCUMENTED)
    assert detection_document(detection, is_explained=True) == {
        "revision": None,
        "ruleset": None,
        "detected": False,
        "package_manager": None,
        "package_manager_version": None,
        "request": None,
        "release": None,
        "failure": None,
        "warnings": [],
        "install_commands": [],
        "hold": None,
        "advisories": [],
        "trace": [
            {
                "subject": "app",
                "verdict": "failed",
                "reason": "no-mark",
                "text": "Nothing in the root of the app makes it a Python app.",
                "facts": {},
            }
        ],
    }


def test_failure_keeps_what_was_known_before() -> None:
    detection = current({"uv.lock": "", ".python-version": "3.8"})
    assert (detection.package_manager, detection.request) == ("uv", Request("3.8", ".python-version"))
    assert detection.release is None
    assert detection.install_commands == ()
    kept = current({"uv.lock": ""})
    assert kept.failure == VersionFileMissing("3.13")
    assert kept.release is not None
    assert kept.install_commands == ()
    document: Any = detection_document(kept)
    assert document["failure"]["detail"] is None


def test_trace_tells_what_was_looked_at() -> None:
    detection = documented({"Pipfile": '[requires]\npython_version = "4"\n'}, previous="3.11.4")
    document: Any = detection_document(detection, is_explained=True)
    assert [(entry["subject"], entry["verdict"], entry["text"]) for entry in document["trace"]] == [
        ("Pipfile", "taken", "Pipfile makes this a Python app."),
        ("Pipfile", "taken", "Pipfile is there, so pipenv installs the dependencies."),
        ("Pipfile.lock", "passed-over", "Pipfile.lock is not there."),
        ("scalingo-22", "taken", "The stack is in the table and builds are made on it."),
        ("runtime.txt", "passed-over", "runtime.txt is not there."),
        ("Pipfile.lock", "passed-over", "Pipfile.lock is not there."),
        ("Pipfile", "passed-over", "Pipfile asks for 4, which no stack offers as a series."),
        ("cached", "taken", "The last build used Python 3.11.4, so 3.11.4 is asked for again."),
        ("table", "taken", "The table answers with Python 3.11.4."),
    ]


def test_trace_of_a_failure() -> None:
    document: Any = detection_document(
        current({"uv.lock": "", "runtime.txt": "python-3.12"}, "3.11.1"), is_explained=True
    )
    assert [entry["reason"] for entry in document["trace"]][-4:] == [
        "names-version",
        "outranked",
        "release-found",
        "not-allowed",
    ]


def test_stack_that_nobody_knows() -> None:
    detection = current({"requirements.txt": ""}, stack="blue")
    assert detection.failure == StackUnknown("blue", "scalingo-26")
    assert detection.ruleset is Ruleset.CURRENT
    lost = detect(tree_of({"setup.py": ""}), stack="blue", table=Table("nowhere", ()), revision=None)
    assert lost.ruleset is Ruleset.CURRENT
    chosen = detect(tree_of({"setup.py": ""}), stack="blue", table=YEAR_2026, revision=None, ruleset=Ruleset.DOCUMENTED)
    assert (chosen.ruleset, chosen.package_manager) == (Ruleset.DOCUMENTED, "pip")


def test_stack_without_a_default_still_has_something_to_suggest() -> None:
    (stack,) = small_table("3.11.1", "3.12.1").stacks
    newest, oldest = stack.series
    series = (replace(newest, status=SeriesStatus.REMOVED), oldest)
    table = Table("stack-22", (replace(stack, default_series=None, series=series),))
    tree = tree_of({"setup.py": "", "runtime.txt": "?"})
    assert detect(tree, stack="stack-22", table=table, revision=1).failure == RuntimeTxtInvalid("?", Series(3, 11))
    empty = Table("stack-22", (small_stack(),))
    assert detect(tree, stack="stack-22", table=empty, revision=1).failure == RuntimeTxtInvalid("?", None)
    unasked = detect(
        tree_of({"requirements.txt": ""}), stack="stack-22", table=table, revision=1, ruleset=Ruleset.CURRENT
    )
    assert unasked.failure == DefaultMissing("stack-22", (Series(3, 11),))


@pytest.mark.parametrize(
    ("name", "limit"), [(".python-version", MAX_VERSION_FILE_BYTES), ("Pipfile.lock", MAX_LOCK_BYTES)]
)
def test_version_files_of_dishonest_size_are_refused(name: str, limit: int) -> None:
    files: Files = {"Pipfile.lock": "{}", name: b" " * limit}
    current(files)
    with pytest.raises(Refusal) as refused:
        current(files | {name: b" " * (limit + 1)})
    assert refused.value.code == "request::too-large"
    assert refused.value.facts == {"limit_bytes": limit, "name": name, "size_bytes": limit + 1}


def test_what_builders_send() -> None:
    both = which_files_to_send()
    assert both.content_names == {"runtime.txt", ".python-version", "Pipfile", "Pipfile.lock"}
    assert both.nested_names == {".scalingo/python", ".venv/pyvenv.cfg", "venv/pyvenv.cfg"}
    assert both.needs_contents("Pipfile")
    assert not both.needs_contents("requirements.txt")
    assert which_files_to_send(Ruleset.DOCUMENTED).nested_names == frozenset()
    assert not which_files_to_send(Ruleset.CURRENT).needs_contents("Pipfile")


@pytest.mark.parametrize(("name", "version"), [("requirements.txt", "25.3"), ("Pipfile", None)])
def test_the_version_of_the_package_manager_is_the_tables(name: str, version: str | None) -> None:
    table = small_table("3.12.3")
    stack = replace(table.stacks[0], tools=(Tool("pip", "25.3"), Tool("uv", "0.13.0")))
    table = replace(table, stacks=(stack,))
    detection = detect(tree_of({name: ""}), stack=stack.name, table=table, revision=1)
    assert detection.package_manager_version == version
    assert detection_document(detection)["package_manager_version"] == version
