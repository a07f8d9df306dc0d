"""The moves of builds and steps."""

import itertools

import pytest

from builds.domain.statuses import MOVES, STEP_MOVES, BuildStatus, StepStatus, check_move, check_step_move
from versions.domain.refusals import Refusal

BUILD_MOVES = {
    ("queued", "running"), ("queued", "cancelled"), ("queued", "lost"), ("running", "succeeded"), ("running", "failed"),
    ("running", "cancelled"), ("running", "lost"),
}  # fmt: skip
STEP_WAYS = {
    ("pending", "running"), ("pending", "succeeded"), ("pending", "failed"), ("pending", "skipped"),
    ("running", "succeeded"), ("running", "failed"), ("running", "skipped"),
}  # fmt: skip


@pytest.mark.parametrize(("current", "wanted"), list(itertools.product(BuildStatus, BuildStatus)))
def test_builds_move_by_the_table_alone(current: BuildStatus, wanted: BuildStatus) -> None:
    if (current, wanted) in BUILD_MOVES:
        check_move(current, wanted)
        return
    with pytest.raises(Refusal) as refused:
        check_move(current, wanted)
    assert refused.value.code == ("build::over" if current.is_over else "build::impossible-move")


@pytest.mark.parametrize(("current", "wanted"), list(itertools.product(StepStatus, StepStatus)))
def test_steps_move_by_the_table_alone(current: StepStatus, wanted: StepStatus) -> None:
    if current is wanted or (current, wanted) in STEP_WAYS:
        check_step_move(current, wanted)
        return
    with pytest.raises(Refusal) as refused:
        check_step_move(current, wanted)
    assert refused.value.code == "step::impossible-move"
    assert refused.value.facts == {"current": current, "wanted": wanted}


def test_every_status_has_its_moves() -> None:
    assert set(MOVES) == set(BuildStatus)
    assert set(STEP_MOVES) == set(StepStatus)
    assert {status for status in BuildStatus if status.is_over} == {"succeeded", "failed", "cancelled", "lost"}
    assert {status for status in StepStatus if status.is_over} == {"succeeded", "failed", "skipped"}
