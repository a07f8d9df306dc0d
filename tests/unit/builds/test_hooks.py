"""The app's own scripts."""

from builds.domain.hooks import HOOKS
from builds.domain.statuses import StepName


def test_hooks_are_steps_in_the_order_in_which_they_run() -> None:
    assert [step for step in StepName if step in HOOKS] == list(HOOKS)
