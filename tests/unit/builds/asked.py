"""Questions to detection, as short as tests want them."""

from builds.domain.detection import Detection, detect
from tests.tables import shipped_table
from tests.unit.builds.trees import Files, tree_of

YEAR_2024 = shipped_table("2024-documented")
YEAR_2026 = shipped_table("2026-07-conformance")


def documented(files: Files, previous: str | None = None, stack: str = "scalingo-22") -> Detection:
    return detect(tree_of(files), stack=stack, table=YEAR_2024, revision=2, previous=previous)


def current(files: Files, previous: str | None = None, stack: str = "scalingo-24") -> Detection:
    return detect(tree_of(files), stack=stack, table=YEAR_2026, revision=3, previous=previous)


def pipenv_lock(requires: str) -> Files:
    return {"Pipfile": "", "Pipfile.lock": f'{{"_meta": {{"requires": {requires}}}}}'}
