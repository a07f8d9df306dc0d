"""Refusals as log lines and as data."""

from versions.domain.refusals import Fault, Refusal


def test_reads_as_its_code_and_facts() -> None:
    assert str(Refusal("stack::unknown", stack="blue")) == "stack::unknown(stack='blue')"
    assert str(Refusal("publish::nothing")) == "publish::nothing"


def test_carries_faults() -> None:
    refusal = Refusal("table::invalid", faults=(Fault("stacks[0].name", "is missing"),), count=1)
    assert refusal.code == "table::invalid"
    assert refusal.facts == {"count": 1}
    assert [fault.place for fault in refusal.faults] == ["stacks[0].name"]
