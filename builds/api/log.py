"""The log of a step, as raw bytes. Appending passes no parser of DRF's: its bytes are the body, whatever they are."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.build_writes import FENCE
from builds.api.requests import caller_of, check_content_digest, check_step_name, fence_of, whole_number
from builds.selectors.builds import readable_step
from builds.selectors.log_bytes import log_pieces, served_size
from builds.services import MAX_CHUNK_BYTES, append_log
from versions.domain.refusals import Refusal

OFFSET = OpenApiParameter("Upload-Offset", OpenApiTypes.INT64, OpenApiParameter.HEADER, required=True)
DIGEST = OpenApiParameter("Content-Digest", str, OpenApiParameter.HEADER)
BYTES = {(code, "application/octet-stream"): OpenApiTypes.BINARY for code in (200,)}


class LogView(APIView):
    required_scope = {"PATCH": "builds:write", "GET": "logs:read"}
    parser_classes = ()

    @extend_schema(
        operation_id="append_log",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[FENCE, OFFSET, DIGEST],
        responses={200: None, 202: None},
    )
    def patch(self, request: Request, build_id: int, step: str) -> Response:
        """Appends bytes: 202 when they are safe, 200 when they were there already. `Upload-Offset` says the new end."""
        fence = fence_of(request)
        check_step_name(step)
        offset = whole_number(request.headers.get("Upload-Offset"), place="Upload-Offset")
        data = _body(request)
        check_content_digest(request.headers.get("Content-Digest"), data)
        try:
            appended = append_log(
                build_id=build_id, fence=fence, step=step, offset=offset, data=data, caller=caller_of(request)
            )
        except Refusal as refusal:
            if "offset" in refusal.facts:
                self.headers["Upload-Offset"] = str(refusal.facts["offset"])
            raise
        code = status.HTTP_200_OK if appended.is_replay else status.HTTP_202_ACCEPTED
        return Response(status=code, headers={"Upload-Offset": str(appended.size)})

    @extend_schema(
        operation_id="read_log", parameters=[OpenApiParameter("offset", OpenApiTypes.INT64)], responses=BYTES
    )
    def get(self, request: Request, build_id: int, step: str) -> StreamingHttpResponse:
        """The bytes from `offset` on, exactly as they were appended. `Upload-Offset` says where they end."""
        unknown = sorted(set(request.query_params) - {"offset"})
        if unknown:
            raise Refusal("request::unknown-field", field=unknown[0][:60])
        offset = whole_number(request.query_params.get("offset", "0"), place="offset")
        row = readable_step(build_id=build_id, name=step, stacks=caller_of(request).stacks)
        if offset > row.log_size:
            self.headers["Upload-Offset"] = str(row.log_size)
            raise Refusal("log::wrong-offset", offset=row.log_size, step=step)
        response = StreamingHttpResponse(
            log_pieces(step_id=row.id, start=offset, end=row.log_size), content_type="application/octet-stream"
        )
        response["Content-Length"] = str(
            served_size(start=offset, end=row.log_size, gap_start=row.gap_start, gap_end=row.gap_end)
        )
        response["Upload-Offset"] = str(row.log_size)
        response["Cache-Control"] = "private, no-store"
        response["Content-Disposition"] = f'attachment; filename="build-{build_id}-{step}.log"'
        return response


def _body(request: Request) -> bytes:
    """The body, read from its stream no further than the limit. Raises Refusal `request::too-large`."""
    raw = request._request  # noqa: SLF001 - the only name that DRF has for it
    announced = raw.META.get("CONTENT_LENGTH") or "0"
    too_large = Refusal("request::too-large", limit_bytes=MAX_CHUNK_BYTES)
    if announced.isdigit() and int(announced) > MAX_CHUNK_BYTES:
        raise too_large
    data = raw.read(MAX_CHUNK_BYTES + 1)
    if len(data) > MAX_CHUNK_BYTES:
        raise too_large
    return data
