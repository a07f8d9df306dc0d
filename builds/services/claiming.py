"""Taking a build out of the queue."""

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus, check_move
from builds.models import Build
from builds.services.creating import CreatedBuild
from builds.services.holding import locked_build, new_fence
from builds.services.leases import lease_end
from versions.domain.refusals import Refusal


def claim_build(*, build_id: int, builder: dict[str, str], caller: Caller) -> CreatedBuild:
    """Gives a queued build to the caller: `running`, with a fence and a lease.

    Raises Refusal `build::claimed` when another builder has it, `build::over`, `build::unknown`, `stack::unknown`.
    """
    with transaction.atomic():
        build, now = locked_build(build_id=build_id, caller=caller)
        if build.status == BuildStatus.RUNNING:
            raise Refusal("build::claimed", id=build_id)
        check_move(BuildStatus(build.status), BuildStatus.RUNNING)
        fence = new_fence(previous=build.fence)
        Build.objects.filter(pk=build.pk).update(
            status=BuildStatus.RUNNING,
            fence=fence,
            builder=builder or build.builder,
            started_at=now,
            heartbeat_at=now,
            lease_expires_at=lease_end(now),
        )
    return CreatedBuild(build.pk, build.number, fence, BuildStatus.RUNNING, is_new=False)
