"""Source archives of apps whose builds are queued. Their bytes are the body, whatever they are."""

import re

from django.conf import settings
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.requests import caller_of
from builds.selectors.sources import stored_source
from builds.services.sources import keep_source
from versions.domain.refusals import Fault, Refusal

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class SourceView(APIView):
    required_scope = "builds:write"
    parser_classes = ()

    @extend_schema(
        operation_id="store_source",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={200: dict, 201: dict},
    )
    def put(self, request: Request, sha256: str) -> Response:
        """Keeps an archive (.tar.gz, .tar.zst, .tar.xz) whose bytes have this hash; 200 when it was there already."""
        _check(sha256)
        raw = request._request  # noqa: SLF001 - the only name that DRF has for it
        limit = settings.MAX_SOURCE_BYTES
        announced = raw.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > limit:
            raise Refusal("request::too-large", limit_bytes=limit)
        kept = keep_source(sha256=sha256, read=raw.read, limit_bytes=limit, caller=caller_of(request))
        code = status.HTTP_201_CREATED if kept.is_new else status.HTTP_200_OK
        return Response({"sha256": kept.sha256, "size": kept.size}, status=code)

    @extend_schema(operation_id="read_source", responses=_BYTES)
    def get(self, request: Request, sha256: str) -> FileResponse:
        """The archive's bytes, for the builder that has claimed its build."""
        _check(sha256)
        file = stored_source(sha256=sha256, caller=caller_of(request))
        response = FileResponse(file, content_type="application/octet-stream")
        response["Content-Length"] = str(file.size)
        response["Cache-Control"] = "private, no-store"
        response["Content-Disposition"] = f'attachment; filename="{sha256}"'
        return response


def _check(sha256: str) -> None:
    if not _SHA256.fullmatch(sha256):
        raise Refusal("request::malformed", faults=(Fault("sha256", "expected 64 small hexadecimal digits"),))
