"""Writes to builds: create, claim, heartbeat, detection, steps, finish, cancel."""

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.build_fields import BuildFields, ClaimFields, FinishFields, StepFields
from builds.api.detection_fields import DetectionFields
from builds.api.requests import caller_of, check_step_name, fence_of, idempotency_key_of
from builds.domain.caller import Caller
from builds.domain.statuses import BuildStatus
from builds.selectors.build_documents import build_document
from builds.selectors.builds import previous_release, queued_order
from builds.services import (
    LEASE_SECONDS,
    CreatedBuild,
    claim_build,
    create_build,
    extend_lease,
    finish_build,
    record_detection,
    report_step,
    request_cancel,
)

FENCE = OpenApiParameter("Build-Fence", OpenApiTypes.INT64, OpenApiParameter.HEADER, required=True)
IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)


class BuildWriteView(APIView):
    """Whoever reports builds needs the scope for it; the fence says whether it is this builder's build."""

    required_scope = "builds:write"


def create(request: Request) -> Response:
    """`POST /api/v1/builds`; the list at the same address is read under another scope."""
    fields = BuildFields(data=request.data)
    fields.is_valid(raise_exception=True)
    caller = caller_of(request)
    created = create_build(order=fields.order(), caller=caller, idempotency_key=idempotency_key_of(request))
    code = status.HTTP_201_CREATED if created.is_new else status.HTTP_200_OK
    return Response(_created_document(created, caller), status=code, headers={"Location": _api_address(created)})


class ClaimView(BuildWriteView):
    @extend_schema(operation_id="claim_build", request=ClaimFields, parameters=[IDEMPOTENCY_KEY], responses={200: dict})
    def post(self, request: Request, build_id: int) -> Response:
        """Takes a queued build: its fence, and the lease that heartbeats extend; the same key again, the same fence."""
        fields = ClaimFields(data=request.data)
        fields.is_valid(raise_exception=True)
        caller = caller_of(request)
        claimed = claim_build(
            build_id=build_id,
            builder=fields.builder_texts(),
            caller=caller,
            idempotency_key=idempotency_key_of(request),
        )
        return Response(_created_document(claimed, caller) | queued_order(build_id=build_id))


class HeartbeatView(BuildWriteView):
    @extend_schema(operation_id="heartbeat", request=None, parameters=[FENCE], responses={200: dict})
    def post(self, request: Request, build_id: int) -> Response:
        """Extends the lease, and tells whether somebody asked the build to stop."""
        lease = extend_lease(build_id=build_id, fence=fence_of(request), caller=caller_of(request))
        return Response({"lease_seconds": lease.seconds, "cancel_requested": lease.is_cancel_requested})


class DetectionView(BuildWriteView):
    @extend_schema(operation_id="report_detection", request=DetectionFields, parameters=[FENCE], responses={200: dict})
    def put(self, request: Request, build_id: int) -> Response:
        """Keeps the answer of `detect` that the build uses."""
        fence = fence_of(request)
        fields = DetectionFields(data=request.data)
        fields.is_valid(raise_exception=True)
        detection = fields.used_detection()
        record_detection(build_id=build_id, fence=fence, detection=detection, caller=caller_of(request))
        return Response(detection.document)


class StepView(BuildWriteView):
    @extend_schema(operation_id="report_step", request=StepFields, parameters=[FENCE], responses={200: dict})
    def put(self, request: Request, build_id: int, step: str) -> Response:
        """Makes or moves a step."""
        fence = fence_of(request)
        check_step_name(step)
        fields = StepFields(data=request.data)
        fields.is_valid(raise_exception=True)
        saved = report_step(
            build_id=build_id, fence=fence, name=step, report=fields.report(), caller=caller_of(request)
        )
        return Response({"name": saved.name, "status": saved.status, "log_size": saved.log_size})


class FinishView(BuildWriteView):
    @extend_schema(
        operation_id="finish_build", request=FinishFields, parameters=[FENCE], responses={200: dict, 202: dict}
    )
    def post(self, request: Request, build_id: int) -> Response:
        """Ends the build; 202 and what is missing while announced log bytes are not here yet."""
        fence = fence_of(request)
        fields = FinishFields(data=request.data)
        fields.is_valid(raise_exception=True)
        caller = caller_of(request)
        finished = finish_build(build_id=build_id, fence=fence, outcome=fields.outcome(), caller=caller)
        document = build_document(build_id=build_id, stacks=caller.stacks, public_url=settings.PUBLIC_URL)
        if finished.is_over:
            return Response(document)
        return Response(document | {"missing": finished.missing}, status=status.HTTP_202_ACCEPTED)


class CancelView(BuildWriteView):
    @extend_schema(operation_id="cancel_build", request=None, responses={200: dict, 202: dict})
    def post(self, request: Request, build_id: int) -> Response:
        """Asks the build to stop: 200 when it ended at once, 202 when its builder will be told."""
        left_as = request_cancel(build_id=build_id, caller=caller_of(request))
        is_over = left_as is BuildStatus.CANCELLED
        code = status.HTTP_200_OK if is_over else status.HTTP_202_ACCEPTED
        return Response({"id": build_id, "status": left_as.value, "cancel_requested": True}, status=code)


def _created_document(created: CreatedBuild, caller: Caller) -> dict[str, object]:
    """`previous_release` is what today's rules call the release of the app's last build."""
    return {
        "id": created.id,
        "number": created.number,
        "status": created.status.value,
        "fence": created.fence,
        "lease_seconds": LEASE_SECONDS if created.fence is not None else None,
        "url": f"{settings.PUBLIC_URL}/builds/{created.id}/",
        "previous_release": previous_release(build_id=created.id, stacks=caller.stacks),
    }


def _api_address(created: CreatedBuild) -> str:
    return f"{settings.PUBLIC_URL}/api/v1/builds/{created.id}"
