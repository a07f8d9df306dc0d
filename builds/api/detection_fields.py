"""The answer of `detect`, as a builder sends it back once it has used it."""

from typing import Any

from rest_framework import serializers

from builds.api.strict import StorableJsonField, StorableTextField, StrictSerializer, text_of
from builds.domain.storable import JsonValue
from builds.services.detecting import UsedDetection
from versions.domain.table import Ruleset
from versions.domain.version import Version


class _RequestFields(StrictSerializer):
    version = StorableTextField(max_length=2000)
    origin = StorableTextField(max_length=200)


class _ReleaseFields(StrictSerializer):
    version = serializers.CharField(max_length=23)
    pinned = serializers.BooleanField(default=False)
    outdated = serializers.BooleanField(default=False)
    artifact = StorableJsonField(required=False, allow_null=True)

    def validate_version(self, value: str) -> str:
        if Version.parse(value) is None:
            raise serializers.ValidationError("Expected a release such as 3.12.3.")
        return value


class _FailureFields(StrictSerializer):
    code = StorableTextField(max_length=200, required=True, allow_null=False)
    detail = StorableTextField(max_length=100_000)
    blame = StorableTextField(max_length=20)
    title = StorableTextField(max_length=1000)
    message = StorableTextField(max_length=100_000)


class DetectionFields(StrictSerializer):
    """Body of `PUT /api/v1/builds/{id}/detection`: every field of the answer of `detect`, its trace included."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True)
    ruleset = serializers.ChoiceField([value.value for value in Ruleset], required=False, allow_null=True)
    detected = serializers.BooleanField()
    package_manager = StorableTextField(max_length=63)
    package_manager_version = StorableTextField(max_length=63)
    request = _RequestFields(required=False, allow_null=True)
    release = _ReleaseFields(required=False, allow_null=True)
    failure = _FailureFields(required=False, allow_null=True)
    warnings = StorableJsonField(required=False)
    install_commands = StorableJsonField(required=False)
    trace = StorableJsonField(required=False)
    hold = StorableJsonField(required=False, allow_null=True)
    advisories = StorableJsonField(required=False, allow_null=True)

    def validate_warnings(self, value: JsonValue) -> JsonValue:
        if not isinstance(value, list) or not all(isinstance(item, dict) and "code" in item for item in value):
            raise serializers.ValidationError("Expected a list of objects with a code.")
        return value

    def used_detection(self) -> UsedDetection:
        data = self.validated_data
        request: dict[str, Any] = data.get("request") or {}
        release: dict[str, Any] = data.get("release") or {}
        return UsedDetection(
            revision=data.get("revision"),
            ruleset=text_of(data, "ruleset"),
            package_manager=text_of(data, "package_manager"),
            request_version=text_of(request, "version")[:200],
            request_origin=text_of(request, "origin"),
            release=Version.parse(text_of(release, "version")),
            is_pinned=release.get("pinned"),
            warnings=data.get("warnings") or [],
            document=data,
        )
