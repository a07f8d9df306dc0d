"""Finished runs of existing buildpacks, taken in as builds."""

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.build_writes import IDEMPOTENCY_KEY
from builds.api.report_fields import ReportFields
from builds.api.requests import caller_of, idempotency_key_of
from builds.selectors.build_documents import build_document
from builds.services.reporting import json_digest, record_report


class ReportView(APIView):
    required_scope = "builds:write"

    @extend_schema(
        operation_id="report_buildpack_run",
        request=ReportFields,
        parameters=[IDEMPOTENCY_KEY],
        responses={200: dict, 201: dict},
    )
    def post(self, request: Request) -> Response:
        """Makes a finished build of the run, 201; the same report again, by its key or its body, gives it again, 200.

        What doesn't fit the published table is among the build's `warnings`.
        """
        fields = ReportFields(data=request.data)
        fields.is_valid(raise_exception=True)
        recorded = record_report(
            order=fields.order(digest=json_digest(request.data)),
            run=fields.run(),
            caller=caller_of(request),
            idempotency_key=idempotency_key_of(request),
        )
        document = build_document(build_id=recorded.id, stacks=(), public_url=settings.PUBLIC_URL)
        code = status.HTTP_201_CREATED if recorded.is_new else status.HTTP_200_OK
        return Response(
            document, status=code, headers={"Location": f"{settings.PUBLIC_URL}/api/v1/builds/{recorded.id}"}
        )
