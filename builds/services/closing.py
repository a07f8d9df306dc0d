"""What becomes of the steps of a build that ends."""

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from builds.domain.statuses import BuildStatus, StepName, StepStatus
from builds.models import Build, Step
from builds.querysets import StepQuerySet

ENDED_BEFORE = "The build ended before this step."


def close_open_steps(*, build: Build, status: BuildStatus, now: datetime) -> bool:
    """Closes the steps that are still open as the build ends with `status`; returns whether one stays open.

    What ran counts as succeeded in a build that succeeded, else as failed; what never ran was skipped. An open
    postdeploy step of a build that succeeded stays open, for it runs now.
    """
    steps = Step.objects.filter(build=build, status__in=[StepStatus.PENDING, StepStatus.RUNNING])
    is_success = status is BuildStatus.SUCCEEDED
    if is_success:
        steps = steps.exclude(name=StepName.POSTDEPLOY)
    end_steps(
        steps.filter(status=StepStatus.RUNNING),
        status=StepStatus.SUCCEEDED if is_success else StepStatus.FAILED,
        now=now,
    )
    steps.filter(status=StepStatus.PENDING).update(status=StepStatus.SKIPPED, skip_reason=ENDED_BEFORE, finished_at=now)
    return (
        is_success
        and Step.objects.filter(
            build=build, name=StepName.POSTDEPLOY, status__in=[StepStatus.PENDING, StepStatus.RUNNING]
        ).exists()
    )


def end_steps(steps: StepQuerySet, *, status: StepStatus, now: datetime) -> None:
    """Ends running steps now. Their duration is left to be read from their instants."""
    steps.update(status=status, finished_at=Greatest(Coalesce(F("started_at"), now), now))
