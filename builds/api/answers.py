"""Detection and resolution: what would a build of these files, or of this request, get?"""

from typing import Any, Protocol, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as HttpRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.strict import StrictSerializer
from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.source import SourceTree
from builds.domain.source_document import read_source
from builds.domain.storable import storable_json
from builds.selectors.holds import hold_of
from versions.domain.refusals import Fault, Refusal
from versions.domain.resolution import Hold, Request, resolution_document, resolve
from versions.domain.table import Ruleset
from versions.selectors import PublishedTable, published_table
from versions.selectors.advisories import active_advisories, advisory_warnings

MAX_REQUESTS = 1000
ORIGIN = "request"  # a bare request stands in no file
_MAX_TEXT = 10_000
_APP_SCOPES = ("builds:write", "history:read")


class _Token(Protocol):
    """What is asked of the token that the site's authentication left in `request.auth`."""

    def allows_scope(self, scope: str) -> bool: ...


@extend_schema_field({"type": "string"})
class _FreeTextField(serializers.Field[str, Any, str, Any]):
    """Any text at all: what no stack or release is called is answered with a code, not refused."""

    default_error_messages = {"invalid": "Expected a text.", "long": f"At most {_MAX_TEXT} characters."}

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if len(data) > _MAX_TEXT:
            self.fail("long")
        return data

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object"}})
class _FilesField(serializers.Field[SourceTree, Any, Any, Any]):
    """The source tree: paths to `{"text"}`, `{"base64"}`, `{"dir": true}` or `{"symlink"}`."""

    def to_internal_value(self, data: object) -> SourceTree:
        return read_source(data)


class _AnswerFields(StrictSerializer):
    """What detection and resolution have in common."""

    stack = _FreeTextField()
    previous = _FreeTextField(required=False, allow_null=True)
    arch = serializers.RegexField(r"^[a-z0-9_]{1,20}\Z", trim_whitespace=False, required=False, allow_null=True)
    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, allow_null=True)
    ruleset = serializers.ChoiceField([value.value for value in Ruleset], required=False, allow_null=True)


class DetectFields(_AnswerFields):
    """Body of `POST /api/v1/detect`. `app`: the answer then honours the app's hold, and needs a token."""

    files = _FilesField()
    app = _FreeTextField(required=False, allow_null=True)


class ResolveFields(_AnswerFields):
    """One request of `/api/v1/resolve`."""

    request = _FreeTextField(required=False, allow_null=True)


class ResolveManyFields(StrictSerializer):
    """Body of `POST /api/v1/resolve`."""

    requests = ResolveFields(many=True, max_length=MAX_REQUESTS)  # type: ignore[call-arg]  # handed on to the list


class AnswerView(APIView):
    """Whoever may read the table may ask what follows from it."""

    required_scope = "table:read"
    is_public_unless_table_requires_token = True


class DetectView(AnswerView):
    @extend_schema(
        operation_id="detect", request=DetectFields, parameters=[OpenApiParameter("explain")], responses={200: dict}
    )
    def post(self, request: HttpRequest) -> Response:
        """What a build of these files would do; with `?explain=1` also what was looked at, in order."""
        is_explained = _is_explained(request)
        fields = DetectFields(data=request.data)
        fields.is_valid(raise_exception=True)
        data = fields.validated_data
        hold = _hold(request, data.get("app"))
        published = published_table(data.get("revision"))
        detection = detect(
            data["files"],
            stack=data["stack"],
            table=published.table,
            revision=published.number,
            ruleset=_ruleset(data),
            previous=data.get("previous"),
            arch=data.get("arch") or "amd64",
            hold=hold,
        )
        release = detection.release.version if detection.release else None
        advisories = advisory_warnings(release, active_advisories()) if release else []
        document = detection_document(detection, is_explained=is_explained, advisories=advisories)
        # Details quote the app's files, which hold whatever they hold.
        return Response(storable_json(document))  # type: ignore[arg-type]


class ResolveView(AnswerView):
    @extend_schema(operation_id="resolve", parameters=[ResolveFields], responses={200: dict})
    def get(self, request: HttpRequest) -> Response:
        """The release that a bare request gets; without a request, the default."""
        fields = ResolveFields(data=request.query_params.dict())
        fields.is_valid(raise_exception=True)
        return Response(_answer(fields.validated_data, {}))

    @extend_schema(operation_id="resolve_many", request=ResolveManyFields, responses={200: dict})
    def post(self, request: HttpRequest) -> Response:
        """The same for up to 1,000 requests, answered in their order."""
        fields = ResolveManyFields(data=request.data)
        fields.is_valid(raise_exception=True)
        tables: dict[int | None, PublishedTable] = {}
        requests = enumerate(fields.validated_data["requests"])
        return Response({"results": [_answer_of_many(data, tables, index) for index, data in requests]})


def _answer_of_many(data: dict[str, Any], tables: dict[int | None, PublishedTable], index: int) -> object:
    """One answer of several; what is wrong with a request is told with its place among them."""
    try:
        return _answer(data, tables)
    except Refusal as refusal:
        faults = refusal.faults or (Fault("", refusal.code),)
        placed = tuple(Fault(f"requests[{index}].{fault.place}".rstrip("."), fault.problem) for fault in faults)
        raise Refusal(refusal.code, faults=placed, **refusal.facts) from refusal


def _answer(data: dict[str, Any], tables: dict[int | None, PublishedTable]) -> object:
    """The answer to one request. `tables` keeps those that earlier requests of the same call have read."""
    number = data.get("revision")
    if number not in tables:
        tables[number] = published_table(number)
    written = data.get("request")
    resolution = resolve(
        Request(written, ORIGIN) if written else None,
        stack=data["stack"],
        table=tables[number].table,
        ruleset=_ruleset(data),
        previous=data.get("previous"),
        arch=data.get("arch") or "amd64",
    )
    return storable_json(resolution_document(resolution, revision=tables[number].number))  # type: ignore[arg-type]


def _hold(request: HttpRequest, app: str | None) -> Hold | None:
    """What holds the app. Its reason names people, so it is told to those who build apps or read their history alone.

    Raises Refusal `auth::missing`, `auth::missing-scope`.
    """
    if not app:
        return None
    token = cast("_Token | None", request.auth)
    if token is None:
        raise Refusal("auth::missing", scope=_APP_SCOPES[0])
    if not any(token.allows_scope(scope) for scope in _APP_SCOPES):
        raise Refusal("auth::missing-scope", scope=_APP_SCOPES[0])
    return hold_of(app)


def _ruleset(data: dict[str, Any]) -> Ruleset | None:
    return Ruleset(data["ruleset"]) if data.get("ruleset") else None


def _is_explained(request: HttpRequest) -> bool:
    unknown = sorted(set(request.query_params) - {"explain"})
    if unknown:
        raise Refusal("request::unknown-field", field=unknown[0][:60])
    written = request.query_params.get("explain", "0")
    if written not in {"0", "1"}:
        raise Refusal("request::malformed", faults=(Fault("explain", "expected 0 or 1"),))
    return written == "1"
