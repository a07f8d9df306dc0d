"""The bodies of writes to builds, and how they become what the services take."""

import shlex
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from builds.api.requests import STEP_NAME
from builds.api.strict import StorableJsonField, StorableTextField, StrictSerializer, text_of
from builds.domain.app_entries import MAX_CONTACT_CHARACTERS, MAX_OWNER_CHARACTERS, MAX_URL_CHARACTERS
from builds.domain.statuses import BuildStatus, StepStatus
from builds.domain.storable import storable_text
from builds.models.build import POSTDEPLOY_FAILURE
from builds.services import BuildOrder, Outcome, StepReport
from builds.services.finishing import AnnouncedLog

APP_NAME = r"^[a-z0-9][a-z0-9-]{0,62}\Z"
# The rules of builds.domain.app_entries again, for the API's description; `$` alone lets a last newline through.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$(?!\n)"
_ONE_LINE_PROBLEM = "Expected one line without control characters."
_ADDRESS = r"^(https?://[^\s/][^\s\x00-\x1f\x7f]*)?$(?!\n)"
_ADDRESS_PROBLEM = "Expected an address that starts with http:// or https:// and holds no space."
_SHA256 = r"^[0-9a-f]{64}\Z"
_CODE = r"^[a-z0-9][a-z0-9_:.-]{0,199}\Z"


class SourceFields(StrictSerializer):
    kind = StorableTextField(max_length=63)
    ref = StorableTextField(max_length=500)
    url = StorableTextField(max_length=2000)
    sha256 = serializers.RegexField(_SHA256, trim_whitespace=False, required=False, allow_null=True, allow_blank=True)


class BuilderFields(StrictSerializer):
    name = StorableTextField(max_length=200)
    version = StorableTextField(max_length=200)


class BuildFields(StrictSerializer):
    """Body of `POST /api/v1/builds`."""

    app = serializers.RegexField(APP_NAME, trim_whitespace=False)
    stack = StorableTextField(max_length=200, required=True, allow_null=False)
    arch = serializers.RegexField(r"^[a-z0-9_]{1,20}\Z", trim_whitespace=False, default="amd64")
    source = SourceFields(required=False, allow_null=True)  # type: ignore[assignment]  # DRF takes declared fields off
    builder = BuilderFields(required=False, allow_null=True)
    trigger = StorableTextField(max_length=63)
    queue = serializers.BooleanField(default=False)

    def order(self) -> BuildOrder:
        data = self.validated_data
        return BuildOrder(
            app=data["app"],
            stack=data["stack"],
            arch=data["arch"],
            source=_texts(data.get("source")),
            builder=_texts(data.get("builder")),
            trigger=text_of(data, "trigger"),
            is_queued=data["queue"],
        )


class ClaimFields(StrictSerializer):
    """Body of `POST /api/v1/builds/{id}/claim`."""

    builder = BuilderFields(required=False, allow_null=True)

    def builder_texts(self) -> dict[str, str]:
        return _texts(self.validated_data.get("builder"))


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "nullable": True})
class CommandField(serializers.Field[str, Any, str, Any]):
    """A command line, or its words, which are joined as a shell would read them."""

    default_error_messages = {"invalid": "Expected a text or a list of texts.", "long": "At most 10000 characters."}

    def to_internal_value(self, data: object) -> str:
        if isinstance(data, list) and all(isinstance(word, str) for word in data):
            data = shlex.join(data)
        if not isinstance(data, str):
            self.fail("invalid")
        if len(data) > 10_000:
            self.fail("long")
        return storable_text(data)

    def to_representation(self, value: str) -> str:
        return value


class StepFields(StrictSerializer):
    """Body of `PUT /api/v1/builds/{id}/steps/{step}`."""

    status = serializers.ChoiceField([status.value for status in StepStatus])
    started_at = serializers.DateTimeField(required=False, allow_null=True)
    finished_at = serializers.DateTimeField(required=False, allow_null=True)
    exit_code = serializers.IntegerField(required=False, allow_null=True, min_value=-(2**31), max_value=2**31 - 1)
    command = CommandField(required=False, allow_null=True)
    skip_reason = StorableTextField(max_length=2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        has_reason = bool(text_of(attrs, "skip_reason").strip())
        is_skipped = attrs["status"] == StepStatus.SKIPPED
        if is_skipped and not has_reason:
            raise serializers.ValidationError({"skip_reason": "A skipped step says why it did not run."})
        if has_reason and not is_skipped:
            raise serializers.ValidationError({"skip_reason": "Only a skipped step has a reason for it."})
        started, finished = attrs.get("started_at"), attrs.get("finished_at")
        if started and finished and finished < started:
            raise serializers.ValidationError({"finished_at": "The step ends before it starts."})
        return attrs

    def report(self) -> StepReport:
        data = self.validated_data
        return StepReport(
            status=StepStatus(data["status"]),
            started_at=data.get("started_at"),
            finished_at=data.get("finished_at"),
            exit_code=data.get("exit_code"),
            command=text_of(data, "command"),
            skip_reason=text_of(data, "skip_reason"),
        )


class FailureFields(StrictSerializer):
    code = serializers.RegexField(_CODE, trim_whitespace=False)
    detail = StorableTextField(max_length=100_000)


class AnnouncedLogFields(StrictSerializer):
    size = serializers.IntegerField(min_value=0, max_value=2**53)
    sha256 = serializers.RegexField(_SHA256, trim_whitespace=False, required=False, allow_null=True, allow_blank=True)


class FinishFields(StrictSerializer):
    """Body of `POST /api/v1/builds/{id}/finish`."""

    status = serializers.ChoiceField(
        [BuildStatus.SUCCEEDED.value, BuildStatus.FAILED.value, BuildStatus.CANCELLED.value]
    )
    failure = FailureFields(required=False, allow_null=True)
    report = StorableJsonField(required=False, allow_null=True)
    logs = serializers.DictField(child=AnnouncedLogFields(), required=False, allow_null=True)

    def validate_logs(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if any(not STEP_NAME.fullmatch(name) for name in value or {}):
            raise serializers.ValidationError("A name in it is none that a step can have.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        code = (attrs.get("failure") or {}).get("code")
        if attrs["status"] == BuildStatus.SUCCEEDED and code not in {None, POSTDEPLOY_FAILURE}:
            raise serializers.ValidationError({"failure": "A build that succeeded has no failure."})
        return attrs

    def outcome(self) -> Outcome:
        data = self.validated_data
        failure = data.get("failure") or {}
        logs = data.get("logs") or {}
        return Outcome(
            status=BuildStatus(data["status"]),
            failure_code=text_of(failure, "code"),
            failure_detail=text_of(failure, "detail"),
            report=data.get("report"),
            logs={name: AnnouncedLog(log["size"], text_of(log, "sha256")) for name, log in logs.items()},
        )


class AppFields(StrictSerializer):
    """Body of `PUT /api/v1/apps/{name}`."""

    owner = StorableTextField(max_length=MAX_OWNER_CHARACTERS, pattern=_ONE_LINE, problem=_ONE_LINE_PROBLEM)
    contact = StorableTextField(max_length=MAX_CONTACT_CHARACTERS, pattern=_ONE_LINE, problem=_ONE_LINE_PROBLEM)
    url = StorableTextField(max_length=MAX_URL_CHARACTERS, pattern=_ADDRESS, problem=_ADDRESS_PROBLEM)
    active = serializers.BooleanField(default=True)


def _texts(data: dict[str, Any] | None) -> dict[str, str]:
    """The texts that were given, by name."""
    return {name: value for name, value in (data or {}).items() if value}
