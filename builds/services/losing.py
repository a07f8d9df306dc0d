"""Ending builds whose builder went silent."""

from datetime import datetime

from django.db import transaction

from builds.domain.statuses import BuildStatus, StepName, StepStatus, check_move
from builds.models import Build, Step
from builds.models.build import POSTDEPLOY_FAILURE
from builds.services.closing import close_open_steps, end_steps
from builds.services.grouping import group_failure

LOST_CODE = "build::lost"
POSTDEPLOY_LOST = "The builder went silent while postdeploy ran."


def end_lost_builds(*, limit: int = 100) -> list[int]:
    """Ends at most `limit` builds whose lease ran out, by the database's clock, and returns their ids.

    Rows that somebody else holds are passed over: their builder is writing, or another reaper is at work.
    """
    with transaction.atomic():
        rows = Build.objects.locked(is_skipping_locked=True).abandoned()
        builds = list(rows.without_documents().order_by("lease_expires_at")[:limit])
        for build in builds:
            _lose(build, build.now)
    return [build.pk for build in builds]


def _lose(build: Build, now: datetime) -> None:
    if build.status != BuildStatus.RUNNING:
        _lose_postdeploy(build, now)
        return
    check_move(BuildStatus(build.status), BuildStatus.LOST)
    close_open_steps(build=build, status=BuildStatus.LOST, now=now)
    Build.objects.filter(pk=build.pk).update(
        status=BuildStatus.LOST,
        failure_code=LOST_CODE,
        finished_at=max(now, build.started_at or build.created_at),
        lease_expires_at=None,
    )
    group_failure(build_id=build.pk, code=LOST_CODE, detail="", now=now)


def _lose_postdeploy(build: Build, now: datetime) -> None:
    """The build itself has succeeded; what is lost is its postdeploy step."""
    steps = Step.objects.filter(build=build, name=StepName.POSTDEPLOY)
    end_steps(steps.filter(status__in=[StepStatus.PENDING, StepStatus.RUNNING]), status=StepStatus.FAILED, now=now)
    Build.objects.filter(pk=build.pk).update(
        lease_expires_at=None, failure_code=POSTDEPLOY_FAILURE, failure_detail=POSTDEPLOY_LOST
    )
    group_failure(build_id=build.pk, code=POSTDEPLOY_FAILURE, detail=POSTDEPLOY_LOST, now=now)
