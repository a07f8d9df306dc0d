"""A builder's lease on its build: how long the portal believes in a builder that it doesn't hear."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import StepName
from builds.models import Build
from builds.services.holding import held_build
from versions.domain.refusals import Refusal

LEASE_SECONDS = 60


class Lease(NamedTuple):
    """Seconds from now until the lease runs out, and whether somebody asked the build to stop."""

    seconds: int
    is_cancel_requested: bool


def lease_end(now: datetime) -> datetime:
    """When a lease given at `now` runs out. Both instants are the database's."""
    return now + timedelta(seconds=LEASE_SECONDS)


def extend_lease(*, build_id: int, fence: int, caller: Caller) -> Lease:
    """Gives the builder its whole lease again, also while postdeploy runs. Raises what `held_build` raises.

    A lease that ran out and that the reaper has not seen yet is given again: the builder is alive after all.
    """
    with transaction.atomic():
        build, now = held_build(build_id=build_id, fence=fence, caller=caller, step=StepName.POSTDEPLOY)
        if build.lease_expires_at is None:
            # The build has ended and no postdeploy step is open: nobody is expected to write any more.
            raise Refusal("build::over", status=build.status)
        Build.objects.filter(pk=build.pk).update(heartbeat_at=now, lease_expires_at=lease_end(now))
    return Lease(LEASE_SECONDS, build.cancel_requested_at is not None)
