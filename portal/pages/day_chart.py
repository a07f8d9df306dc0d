"""Builds per day as bars with the failure rate below: numbers for an SVG, per cent across and pixels up.

Per cent across lets the chart fill its card at any width while its text keeps its size.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from builds.selectors.dashboard import DayOfBuilds

BARS_HEIGHT = 120  # pixels
RATE_HEIGHT = 60
TICKS = 4
LABELS = 5  # dates below the bars
GAP_PERCENT = 25  # of a bar's slot


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a bar: its upper edge and height in pixels."""

    tone: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day's bar; `left`, `width` and `middle` in per cent of the chart."""

    day: DayOfBuilds
    left: str
    width: str
    middle: str
    blocks: tuple[Block, ...]
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, its height from above and what it stands for."""

    top: float
    value: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the failure rate's line between two days."""

    x1: str
    y1: float
    x2: str
    y2: float


@dataclass(frozen=True, slots=True)
class DayChart:
    bars: tuple[DayBar, ...]
    ticks: tuple[Tick, ...]
    segments: tuple[Segment, ...]
    rate_ticks: tuple[Tick, ...]
    first: date
    last: date


def day_chart(days: tuple[DayOfBuilds, ...]) -> DayChart | None:
    """None when none of the days has a build: an empty chart tells nobody anything."""
    highest = max((_total(day) for day in days), default=0)
    if highest == 0:
        return None
    step = _round_step(highest)
    top_value = step * TICKS
    slot = 100 / len(days)
    every = max(1, len(days) // LABELS)
    bars = tuple(
        DayBar(
            day=day,
            left=_percent(index * slot + slot * GAP_PERCENT / 200),
            width=_percent(slot * (100 - GAP_PERCENT) / 100),
            middle=_percent((index + 0.5) * slot),
            blocks=_blocks(day, top_value),
            is_labelled=index % every == every // 2,
        )
        for index, day in enumerate(days)
    )
    return DayChart(
        bars=bars,
        ticks=tuple(Tick(BARS_HEIGHT - BARS_HEIGHT * level / TICKS, step * level) for level in range(1, TICKS + 1)),
        segments=_segments(days, slot),
        rate_ticks=tuple(Tick(RATE_HEIGHT * (100 - value) / 100, value) for value in (50, 100)),
        first=days[0].day,
        last=days[-1].day,
    )


def _total(day: DayOfBuilds) -> int:
    return day.succeeded + day.failed + day.others


def _round_step(highest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … whose fourfold holds the highest bar."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * TICKS >= highest:
                return factor * power
        power *= 10


def _blocks(day: DayOfBuilds, top_value: int) -> tuple[Block, ...]:
    """From the ground up: succeeded, failed, others."""
    blocks, ground = [], float(BARS_HEIGHT)
    for tone, number in (("good", day.succeeded), ("bad", day.failed), ("idle", day.others)):
        height = BARS_HEIGHT * number / top_value
        ground -= height
        if number:
            blocks.append(Block(tone, round(ground, 1), round(height, 1)))
    return tuple(blocks)


def _segments(days: tuple[DayOfBuilds, ...], slot: float) -> tuple[Segment, ...]:
    """Between days on which builds ended; days without any are passed over."""
    points = [
        (_percent((index + 0.5) * slot), round(RATE_HEIGHT * (100 - day.failure_percent) / 100, 1))
        for index, day in enumerate(days)
        if day.failure_percent is not None
    ]
    return tuple(Segment(*one, *other) for one, other in pairwise(points))


def _percent(number: float) -> str:
    """Written with a point whatever the language, as SVG wants it."""
    return f"{number:.2f}%"
