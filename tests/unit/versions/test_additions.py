"""Several releases added to several stacks at once."""

import pytest

from tests.tables import small_stack
from versions.domain.additions import MOST_VERSIONS, Additions, read_versions
from versions.domain.refusals import Refusal
from versions.domain.table import ReleaseEntry, SeriesEntry, Table
from versions.domain.version import Series, Version

V3123, V3124, V3130 = Version(3, 12, 3), Version(3, 12, 4), Version(3, 13, 0)
OLD, NEW = "stack-22", "stack-24"
TABLE = Table(OLD, (small_stack("3.12.3", stack=NEW, base="ubuntu-24.04"), small_stack("3.12.3", "3.12.4", stack=OLD)))
BOTH = Additions((V3124, V3130), (NEW, OLD))


def test_each_stack_gets_what_it_lacks_and_keeps_what_it_has() -> None:
    outcome = BOTH.applied(TABLE)
    expected = (
        SeriesEntry(Series(3, 13), releases=(ReleaseEntry(V3130),)),
        SeriesEntry(Series(3, 12), releases=(ReleaseEntry(V3123), ReleaseEntry(V3124))),
    )
    assert [(stack.name, stack.series) for stack in outcome.stacks] == [(NEW, expected), (OLD, expected)]
    assert BOTH.applied(outcome) == outcome


def test_what_need_not_be_added_is_told() -> None:
    assert BOTH.present(TABLE) == ((OLD, V3124),)
    assert BOTH.present(BOTH.applied(TABLE)) == ((NEW, V3124), (NEW, V3130), (OLD, V3124), (OLD, V3130))


def test_nothing_is_added_when_one_stack_is_unknown() -> None:
    with pytest.raises(Refusal) as raised:
        Additions((V3130,), (NEW, "nowhere")).applied(TABLE)
    assert (raised.value.code, raised.value.facts) == ("stack::unknown", {"stack": "nowhere"})


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("3.12.4", (V3124,)),
        ("Python 3.13.0, python-3.12.4;Python-3.12.3\n3.12.4", (V3123, V3124, V3130)),
        (" 3.13.0\t3.12.3 ", (V3123, V3130)),
    ],
)
def test_pasted_releases(text: str, versions: tuple[Version, ...]) -> None:
    assert read_versions(text) == versions


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["name at least one release, such as 3.12.4"]),
        ("Python", ["name at least one release, such as 3.12.4"]),
        ("3.12.4 3.12 x", ["'3.12' is not a release such as 3.12.4", "'x' is not a release such as 3.12.4"]),
        ("y" * 60, [f"'{'y' * 40}' is not a release such as 3.12.4"]),
        (" ".join(f"3.12.{patch}" for patch in range(MOST_VERSIONS + 1)), ["name at most 100 at once"]),
    ],
)
def test_pasted_text_that_is_refused(text: str, problems: list[str]) -> None:
    with pytest.raises(Refusal) as raised:
        read_versions(text)
    assert raised.value.code == "request::malformed"
    assert raised.value.faults == tuple(("versions", problem) for problem in problems)


def test_no_more_than_twenty_faults_are_told() -> None:
    with pytest.raises(Refusal) as raised:
        read_versions("x " * 500)
    assert len(raised.value.faults) == 20
