"""Source trees as JSON."""

import pytest

from builds.domain.source import Directory, File, Symlink
from builds.domain.source_document import MAX_ENTRIES, MAX_FAULTS, MAX_PATH_CHARACTERS, read_source, source_document
from tests.unit.builds.trees import FOLDER, link, tree_of
from versions.domain.refusals import Fault, Refusal

FORMS = 'expected {"text"}, {"base64"}, {"dir": true} or {"symlink"}'


def faults_of(files: object) -> list[Fault]:
    with pytest.raises(Refusal) as refused:
        read_source(files)
    assert refused.value.code == "request::malformed"
    return list(refused.value.faults)


def test_reads_every_form() -> None:
    tree = read_source(
        {"a": {"text": "é"}, "b": {"base64": "/wA="}, "c": {"dir": True}, "d": {"symlink": "a"}, "c/e": {"text": ""}}
    )
    assert tree.entries == {
        "a": File("é".encode()),
        "b": File(b"\xff\x00"),
        "c": Directory(),
        "d": Symlink("a"),
        "c/e": File(b""),
    }


def test_writes_what_it_reads() -> None:
    tree = tree_of({"text": "é\n", "bytes": b"\xff", "folder": FOLDER, "link": link("text"), "folder/x": ""})
    document = source_document(tree)
    assert document == {
        "text": {"text": "é\n"},
        "bytes": {"base64": "/w=="},
        "folder": {"dir": True},
        "link": {"symlink": "text"},
        "folder/x": {"text": ""},
    }
    assert read_source(document) == tree


def test_lone_surrogate_becomes_bytes_that_are_no_text() -> None:
    assert read_source({"a": {"text": "\ud800"}}).contents("a") == b"\xed\xa0\x80"


@pytest.mark.parametrize(
    "value",
    [None, "text", [], {}, {"text": 1}, {"text": "", "dir": True}, {"dir": False}, {"dir": 1.5}, {"file": ""},
     {"symlink": ""}, {"symlink": "x" * 5000}, {"base64": None}],
)  # fmt: skip
def test_other_forms_are_refused(value: object) -> None:
    assert faults_of({"a": value}) == [Fault("files['a']", FORMS)]


@pytest.mark.parametrize("encoded", ["*", "a", "aGk", "é", "aGk=\n"])
def test_what_is_not_base64(encoded: str) -> None:
    assert faults_of({"a": {"base64": encoded}}) == [Fault("files['a']", "is not base64")]


@pytest.mark.parametrize("path", ["/a", "a/", "a//b", "..", "../a", "a/../b", ".", "./a", "a\0"])
def test_paths_stay_inside_the_app(path: str) -> None:
    assert faults_of({path: {"text": ""}}) == [Fault(f"files[{path!r}]", "is not a plain path inside the app")]


@pytest.mark.parametrize("path", ["", "x" * (MAX_PATH_CHARACTERS + 1)])
def test_paths_have_a_length(path: str) -> None:
    (fault,) = faults_of({path: {"text": ""}})
    assert fault.problem == "a path has 1 to 4096 characters"
    assert len(fault.place) < 100


def test_nothing_lies_inside_a_file() -> None:
    assert faults_of({"a/b/c": {"text": ""}, "a": {"text": ""}, "l": {"symlink": "a"}, "l/x": {"text": ""}}) == [
        Fault("files['a/b/c']", "lies inside 'a', which is no folder"),
        Fault("files['l/x']", "lies inside 'l', which is no folder"),
    ]


def test_what_is_no_object_or_too_much() -> None:
    assert faults_of([]) == [Fault("files", "expected an object of paths")]
    many = {f"f{number}": {"text": ""} for number in range(MAX_ENTRIES + 1)}
    assert faults_of(many) == [Fault("files", f"holds more than {MAX_ENTRIES} entries")]
    long = {f"{'a/' * 2000}{number}": {"text": ""} for number in range(300)}
    assert faults_of(long) == [Fault("files", "its paths have more than 1000000 characters")]
    assert len(faults_of({f"f{number}": None for number in range(500)})) == MAX_FAULTS


def test_names_in_faults_can_be_sent() -> None:
    (fault,) = faults_of({"\ud800": None})
    assert fault.place == "files['\\ud800']"
