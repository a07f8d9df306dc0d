"""What a benchmark answers, and how CPU time is taken."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

ROUNDS = 15


class GoalDocument(TypedDict):
    """One entry of the file that `bin/bench --json` writes."""

    name: str
    goal: str
    figure: float
    unit: str
    met: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured goal. `unit`: what `figure` counts, and of what; exactly one of the bounds is set."""

    figure: float
    unit: str
    at_least: float | None = None
    below: float | None = None

    @property
    def goal(self) -> str:
        return f"at least {self.at_least:g}" if self.at_least is not None else f"below {self.below:g}"

    @property
    def is_met(self) -> bool:
        if self.at_least is not None:
            return self.figure >= self.at_least
        return self.below is not None and self.figure < self.below

    def document(self, name: str) -> GoalDocument:
        rounded = float(f"{self.figure:.4g}")
        return {"name": name, "goal": self.goal, "figure": rounded, "unit": self.unit, "met": self.is_met}


def cpu_seconds(function: Callable[[], object], *, calls: int = 1) -> float:
    """CPU seconds of one call, taken over `calls` of them by this thread. Others' work on the machine isn't in it."""
    started = time.thread_time()
    for _ in range(calls):
        function()
    return (time.thread_time() - started) / calls


def least_cpu_seconds(*functions: tuple[Callable[[], object], int], rounds: int = ROUNDS) -> list[float]:
    """The quietest round of each function, rounds taken in turn. Each comes with the number of its calls a round."""
    least = [float("inf")] * len(functions)
    for _ in range(rounds):
        for index, (function, calls) in enumerate(functions):
            least[index] = min(least[index], cpu_seconds(function, calls=calls))
    return least


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all values don't exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1)]
