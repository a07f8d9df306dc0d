"""Answers are worked out once for each table, and what strangers can vary at will is not kept."""

from tests.tables import small_table
from versions.domain.resolution import Request, resolve
from versions.domain.table import Ruleset, Table

STACK = "stack-22"


def asked(table: Table, version: str, *, previous: str | None = None, arch: str = "amd64", stack: str = STACK) -> str:
    release = resolve(Request(version, "runtime.txt"), stack=stack, table=table, previous=previous, arch=arch).release
    return str(release.version) if release else ""


def test_the_same_question_has_the_same_answer() -> None:
    table = small_table("3.12.2", "3.12.3")
    first = resolve(Request("3.12", "runtime.txt"), stack=STACK, table=table)
    assert resolve(Request("3.12", "runtime.txt"), stack=STACK, table=table) is first
    assert list(table.answers) == [STACK]
    assert len(table.answers[STACK]) == 1


def test_every_part_of_the_question_counts() -> None:
    table = small_table("3.11.9", "3.12.2", "3.12.3")
    texts = ("3.12", "3.12.2", "3.11", "3.12")
    assert [asked(table, text) for text in texts] == ["3.12.3", "3.12.2", "3.11.9", "3.12.3"]
    origins = {
        resolve(Request("3.12", origin), stack=STACK, table=table).request for origin in ("runtime.txt", "Pipfile")
    }
    assert len(origins) == 2
    rules = {resolve(None, stack=STACK, table=table, ruleset=ruleset).ruleset for ruleset in Ruleset}
    assert rules == set(Ruleset)


def test_another_table_has_answers_of_its_own() -> None:
    older, newer = small_table("3.12.2"), small_table("3.12.2", "3.12.3")
    assert (asked(older, "3.12"), asked(newer, "3.12"), asked(older, "3.12")) == ("3.12.2", "3.12.3", "3.12.2")


def test_remembering_is_no_part_of_the_value() -> None:
    one, other = small_table("3.12.2"), small_table("3.12.2")
    asked(one, "3.12")
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)


def test_what_strangers_vary_is_not_kept() -> None:
    table = small_table("3.12.2")
    for number in range(50):
        assert not asked(table, f"3.12.{number + 100}")
        asked(table, "3.12", previous=f"3.12.{number}")
        asked(table, "3.12", arch=f"arch{number}")
        asked(table, "3.12", stack=f"other-{number}")
    assert not table.answers


def test_no_more_than_so_many_are_kept() -> None:
    table = small_table("3.12.2")
    table.answers[STACK] = dict.fromkeys(range(10_000))
    assert asked(table, "3.12") == "3.12.2"
    assert len(table.answers[STACK]) == 10_000
