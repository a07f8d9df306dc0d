"""Holding an app at a release over HTTP, as staff do it on the app's page."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.requests import caller_of
from builds.api.strict import StorableTextField, StrictSerializer
from builds.domain.hold import MAX_REASON_CHARACTERS
from builds.selectors.app_documents import app_document
from builds.services.holds import end_hold, hold_app


class HoldFields(StrictSerializer):
    """Body of `PUT /api/v1/apps/{name}/hold`."""

    version = serializers.RegexField(r"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}\Z", trim_whitespace=False)
    reason = StorableTextField(max_length=MAX_REASON_CHARACTERS, required=True, allow_null=False)
    until_on = serializers.DateField(input_formats=["%Y-%m-%d"])


class HoldView(APIView):
    required_scope = "versions:publish"

    @extend_schema(operation_id="hold_app", request=HoldFields, responses={200: dict})
    def put(self, request: Request, name: str) -> Response:
        """From the app's next build on it gets this release, until the day named has passed. Replaces another hold."""
        fields = HoldFields(data=request.data)
        fields.is_valid(raise_exception=True)
        values: dict[str, Any] = fields.validated_data
        _check_app(request, name)
        hold_app(name=name, **values, actor=caller_of(request).actor)
        return Response(app_document(name=name, stacks=(), public_url=settings.PUBLIC_URL))

    @extend_schema(operation_id="end_hold", request=None, responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """The app gets what it asks for again; also when nothing held it."""
        _check_app(request, name)
        end_hold(name=name, actor=caller_of(request).actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _check_app(request: Request, name: str) -> None:
    """Raises Refusal `app::unknown`, also for an app that never built on the stacks that the token is for."""
    app_document(name=name.replace("\0", ""), stacks=caller_of(request).stacks, public_url="")
