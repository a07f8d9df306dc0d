"""Taking a build out of the queue."""

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus, check_move
from builds.models import Build
from builds.services.creating import CreatedBuild
from builds.services.holding import locked_build, new_fence
from builds.services.leases import lease_end
from versions.domain.refusals import Refusal


def claim_build(*, build_id: int, builder: dict[str, str], caller: Caller, idempotency_key: str = "") -> CreatedBuild:
    """Gives a queued build to the caller: `running`, with a fence and a lease.

    Whoever claims again under the same key, because the answer was lost, gets the same fence as long as the build
    runs, and its whole lease again. Raises Refusal `build::claimed` when another builder has it, `build::over`,
    `build::unknown`, `stack::unknown`.
    """
    key = f"{caller.key} {idempotency_key}" if idempotency_key else ""
    with transaction.atomic():
        build, now = locked_build(build_id=build_id, caller=caller)
        rows = Build.objects.filter(pk=build.pk)
        if build.status == BuildStatus.RUNNING:
            if not key or build.claim_key != key:
                raise Refusal("build::claimed", id=build_id)
            rows.update(heartbeat_at=now, lease_expires_at=lease_end(now))
            return CreatedBuild(build.pk, build.number, build.fence, BuildStatus.RUNNING, is_new=False)
        check_move(BuildStatus(build.status), BuildStatus.RUNNING)
        fence = new_fence(previous=build.fence)
        rows.update(
            status=BuildStatus.RUNNING,
            fence=fence,
            claim_key=key,
            builder=builder or build.builder,
            started_at=max(now, build.created_at),
            heartbeat_at=now,
            lease_expires_at=lease_end(now),
        )
    return CreatedBuild(build.pk, build.number, fence, BuildStatus.RUNNING, is_new=False)
