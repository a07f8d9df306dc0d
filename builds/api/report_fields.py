"""The body of `POST /api/v1/reports`: one run of an existing buildpack, as it is told afterwards."""

import base64
import binascii
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from builds.api.build_fields import APP_NAME, BuilderFields, SourceFields
from builds.api.strict import StorableJsonField, StorableTextField, StrictSerializer
from builds.domain.buildpack_reports import ReportedRun
from builds.services.reporting import ReportedOrder


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "object"}], "nullable": True})
class OutputField(serializers.Field[bytes, Any, str, Any]):
    """What a program printed: text, or `{"base64": …}` where it printed bytes that are no text."""

    default_error_messages = {"invalid": "Expected a text, or an object with base64 alone."}

    def to_internal_value(self, data: object) -> bytes:
        if isinstance(data, str):
            return _bytes_of(data)
        encoded = data.get("base64") if isinstance(data, dict) and len(data) == 1 else None
        if not isinstance(encoded, str):
            self.fail("invalid")
        try:
            return base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):  # ValueError: characters beyond ASCII
            self.fail("invalid")

    def to_representation(self, value: bytes) -> str:
        return value.decode("utf-8", "replace")


class ReportFields(StrictSerializer):
    """`exit_code` is that of `bin/compile`; `report` is whatever `bin/report` printed, as JSON."""

    app = serializers.RegexField(APP_NAME, trim_whitespace=False)
    stack = StorableTextField(max_length=200, required=True, allow_null=False)
    source = SourceFields(required=False, allow_null=True)  # type: ignore[assignment]  # DRF takes declared fields off
    buildpack = BuilderFields(required=False, allow_null=True)
    exit_code = serializers.IntegerField(min_value=-(2**31), max_value=2**31 - 1)
    started_at = serializers.DateTimeField(required=False, allow_null=True)
    finished_at = serializers.DateTimeField(required=False, allow_null=True)
    report = StorableJsonField(required=False, allow_null=True)
    output = OutputField(required=False, allow_null=True)

    def order(self, *, digest: str) -> ReportedOrder:
        data = self.validated_data
        return ReportedOrder(
            app=data["app"],
            stack=data["stack"],
            source=_texts(data.get("source")),
            buildpack=_texts(data.get("buildpack")),
            digest=digest,
        )

    def run(self) -> ReportedRun:
        data = self.validated_data
        return ReportedRun(
            report=data.get("report"),
            output=data.get("output") or b"",
            exit_code=data["exit_code"],
            started_at=data.get("started_at"),
            finished_at=data.get("finished_at"),
        )


def _bytes_of(text: str) -> bytes:
    """Python writes bytes that are no text as lone surrogates (PEP 383); these become the bytes again."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _texts(data: dict[str, Any] | None) -> dict[str, str]:
    """The texts that were given, by name."""
    return {name: value for name, value in (data or {}).items() if value}
