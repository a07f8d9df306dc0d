"""Asking a build to stop."""

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus, check_move
from builds.models import Build
from builds.services.holding import locked_build


def request_cancel(*, build_id: int, caller: Caller) -> BuildStatus:
    """Ends a queued build at once; lets a running one's builder know at its next heartbeat.

    Returns the status after the request. Asking twice changes nothing. Raises Refusal `build::over`,
    `build::unknown`, `stack::unknown`.
    """
    with transaction.atomic():
        build, now = locked_build(build_id=build_id, caller=caller)
        status = BuildStatus(build.status)
        if status is BuildStatus.RUNNING and build.cancel_requested_at is not None:
            return status
        check_move(status, BuildStatus.CANCELLED)
        changes = {"cancel_requested_at": now, "cancel_requested_by_name": caller.actor.name}
        rows = Build.objects.filter(pk=build.pk)
        if status is BuildStatus.RUNNING:
            rows.update(**changes)
            return status
        rows.update(status=BuildStatus.CANCELLED, finished_at=max(now, build.created_at), **changes)
    return BuildStatus.CANCELLED
