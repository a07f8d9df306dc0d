"""The states of builds and steps and the moves between them. Nothing sets a status past these tables."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from versions.domain.refusals import Refusal


class BuildStatus(StrEnum):
    """`lost`: the builder went silent and its lease ran out."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_over(self) -> bool:
        return not MOVES[self]


class StepStatus(StrEnum):
    """A skipped step carries a reason."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        return not STEP_MOVES[self]


class StepName(StrEnum):
    """The steps that every build knows, in the order in which they run. Builders may report others by name."""

    DETECT = "detect"
    RESOLVE = "resolve"
    PRE_COMPILE = "pre_compile"
    INSTALL_PYTHON = "install_python"
    INSTALL_DEPENDENCIES = "install_dependencies"
    POST_COMPILE = "post_compile"
    POSTDEPLOY = "postdeploy"


# A queued build has no lease, so it cannot be lost; but a queue that nobody serves is cleared as if it were.
MOVES: Mapping[BuildStatus, frozenset[BuildStatus]] = MappingProxyType(
    {
        BuildStatus.QUEUED: frozenset({BuildStatus.RUNNING, BuildStatus.CANCELLED, BuildStatus.LOST}),
        BuildStatus.RUNNING: frozenset(
            {BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.CANCELLED, BuildStatus.LOST}
        ),
        BuildStatus.SUCCEEDED: frozenset(),
        BuildStatus.FAILED: frozenset(),
        BuildStatus.CANCELLED: frozenset(),
        BuildStatus.LOST: frozenset(),
    }
)

# A step may be reported only once it is over, hence the moves from pending straight to an outcome.
STEP_MOVES: Mapping[StepStatus, frozenset[StepStatus]] = MappingProxyType(
    {
        StepStatus.PENDING: frozenset(
            {StepStatus.RUNNING, StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED}
        ),
        StepStatus.RUNNING: frozenset({StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.SKIPPED}),
        StepStatus.SUCCEEDED: frozenset(),
        StepStatus.FAILED: frozenset(),
        StepStatus.SKIPPED: frozenset(),
    }
)


def check_move(current: BuildStatus, wanted: BuildStatus) -> None:
    """Lets a build's move pass. Raises Refusal `build::over` from a final status, else `build::impossible-move`."""
    if wanted in MOVES[current]:
        return
    if current.is_over:
        raise Refusal("build::over", status=current.value)
    raise Refusal("build::impossible-move", current=current.value, wanted=wanted.value)


def check_step_move(current: StepStatus, wanted: StepStatus) -> None:
    """Lets a step's move pass; repeating the present status is none. Raises Refusal `step::impossible-move`."""
    if wanted is not current and wanted not in STEP_MOVES[current]:
        raise Refusal("step::impossible-move", current=current.value, wanted=wanted.value)
