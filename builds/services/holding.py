"""The lock and the fence in front of every write to a build.

All writers lock the build's row first, so they queue up behind one another and never dead-lock; what they read under
the lock stays true until they commit.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus, StepName
from builds.models import Build
from versions.domain.refusals import Refusal

FENCE_BITS = 53  # fences travel as JSON numbers, which are exact up to here


class LockedBuild(NamedTuple):
    """A build whose row this transaction holds, and the instant by the database's clock."""

    build: Build
    now: datetime


def locked_build(*, build_id: int, caller: Caller) -> LockedBuild:
    """The build under a lock until the transaction ends. Raises Refusal `build::unknown` or `stack::unknown`."""
    rows = Build.objects.locked().without_documents()
    build = rows.filter(pk=build_id).first()
    if build is None:
        raise Refusal("build::unknown", id=build_id)
    caller.check_stack(build.stack)
    return LockedBuild(build, build.now)


def held_build(*, build_id: int, fence: int, caller: Caller, step: str | None = None) -> LockedBuild:
    """The locked build, when `fence` is its builder's and it still takes writes (to `step`, where one is named).

    A build that succeeded takes writes to its postdeploy step alone. Raises Refusal `build::fence-stale` or
    `build::over`, and those of `locked_build`.
    """
    held = locked_build(build_id=build_id, caller=caller)
    check_fence(held.build, fence)
    status = BuildStatus(held.build.status)
    is_postdeploy = step == StepName.POSTDEPLOY and status is BuildStatus.SUCCEEDED
    if status is not BuildStatus.RUNNING and not is_postdeploy:
        raise Refusal("build::over", status=status.value)
    return held


def check_fence(build: Build, fence: int) -> None:
    """Raises Refusal `build::fence-stale` when another builder has the build, or none yet."""
    if build.fence is None or build.fence != fence:
        raise Refusal("build::fence-stale", id=build.pk)


def new_fence(*, previous: int | None = None) -> int:
    """A number that no earlier builder of this build knows, and that no other build's builder can guess."""
    fence = previous
    while fence is None or fence == previous:
        fence = secrets.randbits(FENCE_BITS)
    return fence
