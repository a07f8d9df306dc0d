"""What has to hold for every source tree, however odd."""

import json
import random

from hypothesis import example, given
from hypothesis import strategies as st

from builds.domain.detection import Detection, detect
from builds.domain.documents import detection_document
from builds.domain.source import Directory, Entry, File, SourceTree, Symlink
from builds.domain.source_document import read_source, source_document
from builds.domain.sources.json_dialects import JQ_1_6, JQ_1_8
from builds.domain.sources.pipfile import read_pipfile_fields
from builds.domain.sources.pipfile_lock import FULL_VERSION, VERSION, Lock, read_lock
from builds.domain.sources.python_version_file import read_python_version_file
from builds.domain.sources.runtime_txt import RuntimeTxtRules, read_runtime_txt
from tests.tables import shipped_table
from versions.domain.resolution import Wanted
from versions.domain.table import Ruleset

TABLES = [shipped_table("2024-documented"), shipped_table("2026-07-conformance")]
NAMES = st.sampled_from(
    [".python-version", "runtime.txt", "Pipfile", "Pipfile.lock", "requirements.txt", "poetry.lock", "uv.lock",
     "setup.py", "python-version", ".venv", "venv", "main.py", "README.md", ".scalingo"]
)  # fmt: skip
PIECES = st.sampled_from(
    ["3.12", "python-", "3.", "12.1", "\n", "\r\n", " ", "#", "\u2003", "\0", '{"_meta":', '{"requires":',
     '"python_version":', '"python_full_version":', '"3.12"', "3.10", "null", "false", "}", "[", "]", ",",
     "[requires]\n", 'python_version = "3.9"\n', "\\ud800", "\ufeff", "NaN", '"', "\\", "pypy", "é"]
)  # fmt: skip
CONTENTS = st.lists(PIECES, max_size=8).map(lambda pieces: "".join(pieces).encode()) | st.binary(max_size=40)
ENTRIES: st.SearchStrategy[Entry] = (
    CONTENTS.map(File) | st.just(Directory()) | (NAMES | st.sampled_from(["/dev/null", "..", "a/.."])).map(Symlink)
)
TREES = st.dictionaries(NAMES, ENTRIES).map(SourceTree)
STACKS = st.sampled_from(["scalingo-20", "scalingo-22", "scalingo-24", "scalingo-26", "nowhere"])
PREVIOUS = st.none() | st.sampled_from(["3.11.4", "3.9.25", "3.99.0", "pypy3.9", "3.12", ""]) | st.text(max_size=8)
QUESTIONS = st.tuples(TREES, STACKS, st.sampled_from(TABLES), st.sampled_from(Ruleset), PREVIOUS)


def answer_to(question: tuple[SourceTree, str, object, Ruleset, str | None]) -> Detection:
    tree, stack, table, ruleset, previous = question
    return detect(tree, stack=stack, table=table, revision=1, ruleset=ruleset, previous=previous)  # type: ignore[arg-type]


@given(QUESTIONS)
def test_every_tree_has_an_answer_that_can_be_sent(
    question: tuple[SourceTree, str, object, Ruleset, str | None],
) -> None:
    detection = answer_to(question)
    text = json.dumps(detection_document(detection, is_explained=True), ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode("utf-8")
    if detection.is_detected:
        assert detection.failure is not None or detection.release is not None
        assert bool(detection.install_commands) == (detection.failure is None)


@given(QUESTIONS, st.randoms())
def test_order_of_files_never_matters(
    question: tuple[SourceTree, str, object, Ruleset, str | None], shuffler: random.Random
) -> None:
    tree, *rest = question
    paths = list(tree.entries)
    shuffler.shuffle(paths)
    shuffled = SourceTree({path: tree.entries[path] for path in paths})
    assert answer_to((shuffled, *rest)) == answer_to(question)  # type: ignore[arg-type]


@given(QUESTIONS)
def test_same_question_has_the_same_answer(question: tuple[SourceTree, str, object, Ruleset, str | None]) -> None:
    assert answer_to(question) == answer_to(question)


@given(TREES)
def test_trees_survive_the_way_through_json(tree: SourceTree) -> None:
    assert read_source(json.loads(json.dumps(source_document(tree)))) == tree


@given(CONTENTS)
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"\\" * 100_000)
@example(b'"' * 100_000)
@example(b"1 " * 100_000)
@example(b"0" * 100_000)
@example(b"-" * 60_000)
@example(b"a=" + b"{a=" * 20_000)
@example(b"python-" * 20_000)
@example(b"\n" * 60_000)
@example(b"\xff\xfe" + b"3\0" * 30_000)
def test_reading_never_raises(contents: bytes) -> None:
    for rules in (
        RuntimeTxtRules(allows_trailing_dot=False, knows_comments=True, names_pypy=False),
        RuntimeTxtRules(allows_trailing_dot=True, knows_comments=False, names_pypy=True),
    ):
        found = read_runtime_txt(contents, rules, default_series=None)
        assert not isinstance(found, str) or Wanted.parse(found)
    version = read_python_version_file(contents, default_series=None)
    assert not isinstance(version, str) or Wanted.parse(version)
    read_pipfile_fields(contents, FULL_VERSION, VERSION)
    for dialect in (JQ_1_6, JQ_1_8):
        lock = read_lock(contents, dialect)
        assert not isinstance(lock, Lock) or "\0" not in (lock.field(FULL_VERSION, VERSION) or "")
