"""Detection as a whole: the order of its steps, what is kept before a failure, what is traced."""

from dataclasses import replace
from typing import Any

import pytest

from builds.domain.detection import Detection, detect
from builds.domain.documents import detection_document
from builds.domain.outcomes import (
    LockMissing,
    LockUnreadable,
    LockVersionInvalid,
    PipfileUnreadable,
    PipfileVersionInvalid,
    PyPyUnsupported,
    RuntimeTxtInvalid,
    RuntimeTxtUnsupported,
    VersionFileMissing,
    VersionIgnored,
)
from builds.domain.sending import which_files_to_send
from builds.domain.sources.contents import MAX_LOCK_BYTES, MAX_VERSION_FILE_BYTES
from tests.tables import shipped_table, small_stack, small_table
from tests.unit.builds.trees import FOLDER, Files, link, tree_of
from versions.domain.refusals import Refusal
from versions.domain.resolution import Request
from versions.domain.resolution.outcomes import DefaultMissing, ReleaseUnknown, SeriesUnsupported, StackUnknown
from versions.domain.table import Ruleset, SeriesStatus, Table, Tool
from versions.domain.version import Series

YEAR_2024 = shipped_table("2024-documented")
YEAR_2026 = shipped_table("2026-07-conformance")


def documented(files: Files, previous: str | None = None, stack: str = "scalingo-22") -> Detection:
    return detect(tree_of(files), stack=stack, table=YEAR_2024, revision=2, previous=previous)


def current(files: Files, previous: str | None = None, stack: str = "scalingo-24") -> Detection:
    return detect(tree_of(files), stack=stack, table=YEAR_2026, revision=3, previous=previous)


def pipenv_lock(requires: str) -> Files:
    return {"Pipfile": "", "Pipfile.lock": f'{{"_meta": {{"requires": {requires}}}}}'}


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
        "trace": [
            {
                "subject": "app",
                "verdict": "failed",
                "reason": "no-mark",
                "text": "Nothing in the root of the app makes it a Python app.",
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


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"Pipfile": "", "requirements.txt": "", "setup.py": ""}, ("pipenv", "install")),
        ({"requirements.txt": "", "setup.py": ""}, ("pip", "install", "-r", "requirements.txt")),
        ({"setup.py": ""}, ("pip", "install", ".")),
    ],
)
def test_documented_managers(files: Files, command: tuple[str, ...]) -> None:
    assert documented(files).install_commands == (command,)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("requirements.txt", ("pip", "install", "-r", "requirements.txt")),
        ("Pipfile.lock", ("pipenv", "install", "--deploy")),
        ("poetry.lock", ("poetry", "sync", "--only", "main")),
        ("uv.lock", ("uv", "sync", "--locked", "--no-default-groups")),
    ],
)
def test_current_managers(name: str, command: tuple[str, ...]) -> None:
    assert current({name: "{}", ".python-version": "3.13"}).install_commands == (command,)


@pytest.mark.parametrize("name", ["Pipfile", "requirements.txt", "setup.py"])
def test_documented_marks_are_files(name: str) -> None:
    assert documented({name: ""}).is_detected
    assert not documented({name: FOLDER}).is_detected
    assert not documented({name: link("nowhere")}).is_detected
    assert not documented({f"src/{name}": ""}).is_detected


def test_documented_lock_is_missed() -> None:
    detection = documented({"Pipfile": ""})
    assert detection.warnings == (LockMissing(),)
    assert documented(pipenv_lock("{}")).warnings == ()


@pytest.mark.parametrize(
    ("files", "version", "origin"),
    [
        ({"runtime.txt": "python-3.9.16", **pipenv_lock('{"python_version": "3.10"}')}, "3.9.16", "runtime.txt"),
        ({"runtime.txt": "python-3.9.", "setup.py": ""}, "3.9.19", "runtime.txt"),
        (pipenv_lock('{"python_version": "3.10"}'), "3.10.14", "Pipfile.lock"),
        (pipenv_lock('{"python_version": "3.10", "python_full_version": "3.9.16"}'), "3.9.16", "Pipfile.lock"),
        ({"Pipfile": '[requires]\npython_version = "3.10"\n'}, "3.10.14", "Pipfile"),
        ({"Pipfile": '[requires]\npython_full_version = "3.10.1"\npython_version = "3.9"\n'}, "3.10.1", "Pipfile"),
        (pipenv_lock("{}") | {"Pipfile": '[requires]\npython_version = "3.9"\n'}, "3.9.19", "Pipfile"),
        ({"requirements.txt": "", "Pipfile.lock": "INVALID"}, "3.12.3", "default"),
    ],
)
def test_documented_sources(files: Files, version: str, origin: str) -> None:
    detection = documented(files)
    assert detection.release is not None
    assert detection.request is not None
    assert (str(detection.release.version), detection.request.origin) == (version, origin)


@pytest.mark.parametrize("written", ["3", ">=3.10", "3.10.1", "3.13", "*", "3.9 "])
def test_documented_python_version_is_passed_over(written: str) -> None:
    detection = documented(pipenv_lock(f'{{"python_version": "{written}"}}'))
    assert detection.warnings == (VersionIgnored(written, "Pipfile.lock"),)
    assert detection.request == Request("3.12", "default")


def test_documented_python_version_is_passed_over_once() -> None:
    detection = documented(pipenv_lock('{"python_version": "3"}') | {"Pipfile": '[requires]\npython_version = "3"\n'})
    assert detection.warnings == (VersionIgnored("3", "Pipfile.lock"),)
    named = documented(pipenv_lock('{"python_version": "3"}') | {"Pipfile": '[requires]\npython_version = "3.9"\n'})
    assert named.request == Request("3.9", "Pipfile")
    assert named.warnings == (VersionIgnored("3", "Pipfile.lock"),)


@pytest.mark.parametrize("version", ["3.8", "3.7", "2.7"])
def test_documented_series_of_other_stacks(version: str) -> None:
    detection = documented(pipenv_lock(f'{{"python_version": "{version}"}}'))
    assert isinstance(detection.failure, SeriesUnsupported)
    assert detection.request == Request(version, "Pipfile.lock")


@pytest.mark.parametrize(
    ("files", "failure"),
    [
        ({"setup.py": "", "runtime.txt": FOLDER}, RuntimeTxtInvalid("", Series(3, 12))),
        ({"setup.py": "", "runtime.txt": "3.12"}, RuntimeTxtInvalid("3.12", Series(3, 12))),
        ({"setup.py": "", "runtime.txt": "pypy3"}, PyPyUnsupported("pypy3", "runtime.txt", Series(3, 12))),
        (pipenv_lock("1"), LockUnreadable("_meta.requires is not an object")),
        (pipenv_lock('{"python_full_version": "3.10"}'), LockVersionInvalid("3.10", Series(3, 12))),
        (pipenv_lock('{"python_full_version": ""}'), LockVersionInvalid("", Series(3, 12))),
        ({"Pipfile": "="}, PipfileUnreadable("Invalid statement (at line 1, column 1)")),
        ({"Pipfile": "[requires]\npython_full_version = 3\n"}, PipfileVersionInvalid("3", Series(3, 12))),
    ],
)
def test_documented_failures(files: Files, failure: object) -> None:
    detection = documented(files)
    assert detection.failure == failure
    assert detection.request is None
    document: Any = detection_document(detection)
    assert document["failure"]["detail"] == detection.failure.detail if detection.failure else ""


def test_documented_last_build() -> None:
    assert documented({"setup.py": ""}, "3.10.5").request == Request("3.10.5", "cached")
    assert documented({"setup.py": ""}, "garbage").request == Request("3.12", "default")
    assert documented({"setup.py": ""}, "pypy3.6").failure == PyPyUnsupported("pypy3.6", "cached", Series(3, 12))
    assert documented({"setup.py": "", "runtime.txt": "python-3.9"}, "pypy3.6").failure is None


def test_current_lock_is_read_for_pipenv_alone() -> None:
    assert current({"requirements.txt": "", "src/Pipfile.lock": "INVALID"}).failure is None
    assert current({"Pipfile.lock": "INVALID"}).failure == LockUnreadable("line 1, column 1: Expecting value")


def test_current_uv_and_runtime_txt() -> None:
    detection = current({"uv.lock": "", "runtime.txt": "python-3.12.999"})
    assert detection.failure == RuntimeTxtUnsupported("3.12")
    exact = current({"uv.lock": "", ".python-version": "3.12.999"})
    assert isinstance(exact.failure, ReleaseUnknown)


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
