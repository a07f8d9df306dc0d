"""bin/bench answers questions about itself, and refuses what means nothing, before it starts a single server."""

from pathlib import Path

import pytest

from tests.perf.__main__ import main
from tests.perf.goals import goal_names, wish_of


def test_help_names_every_goal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert {"detect", "hostile", "resolve"} <= set(goal_names())
    assert [name for name in goal_names() if name not in told] == []


@pytest.mark.parametrize("arguments", [["--only", "running"], ["--only"], ["detect"], ["--json"]])
def test_what_means_nothing_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: bin/bench" in capsys.readouterr().err


def test_one_goal_or_all_of_them() -> None:
    assert wish_of([]).names == goal_names()
    wish = wish_of(["--only", "detect", "--json", "figures.json"])
    assert (wish.names, wish.json_file) == (["detect"], Path("figures.json"))
