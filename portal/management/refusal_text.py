"""A refusal as the shell says it: one sentence of what happened, the faults, one of what to do."""

from portal.messages import explain
from versions.domain.refusals import Refusal


def refusal_text(refusal: Refusal) -> str:
    explanation = explain(refusal.code, refusal.facts)
    faults = [f"  {fault.place}: {fault.problem}" for fault in refusal.faults]
    return "\n".join([explanation.text, *faults, explanation.advice])
