"""Which stacks a caller may speak of."""

import pytest

from builds.domain.caller import Caller
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal


def test_no_stacks_stand_for_all() -> None:
    Caller(Actor("builder"), "key").check_stack("blue")


def test_other_stacks_do_not_exist() -> None:
    caller = Caller(Actor("builder"), "key", ("blue",))
    caller.check_stack("blue")
    with pytest.raises(Refusal) as refused:
        caller.check_stack("green")
    assert (refused.value.code, refused.value.facts) == ("stack::unknown", {"stack": "green"})
