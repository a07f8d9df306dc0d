"""What the dashboard's lists consist of."""

from dataclasses import dataclass

from builds.selectors.build_rows import BuildRow


@dataclass(frozen=True, slots=True)
class ShownBuild:
    """A build with its failure's title."""

    row: BuildRow
    failure: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart: `percent` of the longest bar, `tone` "", "warn" or "bad"."""

    key: str
    label: str
    number: int
    percent: int
    tone: str = ""
