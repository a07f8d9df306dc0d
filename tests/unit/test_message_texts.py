"""Every message, word for word. `tests/unit/message_texts.py` says how to write the golden file afresh."""

from pathlib import Path

import pytest

from builds.domain.messages.traces import TRACE_TEXTS
from builds.domain.trace import Reason
from portal.messages import ALL
from tests.unit.message_texts import sections
from versions.domain.messages.explanation import MISSING

GOLDEN = Path(__file__).parent / "message_texts.txt"
WRITTEN = sections()


def golden_sections() -> dict[str, str]:
    parts = GOLDEN.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


def test_golden_file_has_every_message_and_no_other() -> None:
    assert list(golden_sections()) == list(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_message_reads_exactly_so(name: str) -> None:
    assert WRITTEN[name] == golden_sections().get(name)


@pytest.mark.parametrize("code", ALL)
def test_messages_are_sentences(code: str) -> None:
    explanation = ALL[code]
    assert "::" in code or explanation.status is None
    for text in (explanation.text, explanation.advice, explanation.staff_text):
        assert text.rstrip("]").endswith(".")
    assert not explanation.title.endswith(".")


def test_whole_facts_leave_no_gap() -> None:
    lines = [line for text in WRITTEN.values() for line in text.split("\n") if "without facts: " not in line]
    assert not [line for line in lines if MISSING in line or "[[" in line]


def test_every_reason_of_a_trace_has_words() -> None:
    assert set(TRACE_TEXTS) == set(Reason)
