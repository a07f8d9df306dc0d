"""Reads of builds and apps, and the collection addresses that both write and read."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from builds.api.build_fields import APP_NAME, AppFields, BuildFields
from builds.api.build_writes import IDEMPOTENCY_KEY, create
from builds.api.requests import caller_of
from builds.api.strict import text_of
from builds.domain.statuses import BuildStatus
from builds.selectors.app_documents import app_document, app_documents
from builds.selectors.app_rows import AppFilter
from builds.selectors.build_documents import build_document, build_documents
from builds.selectors.cursors import cursor_of, place_of
from builds.selectors.filters import BuildFilter
from builds.services import AppEntry, register_app
from versions.domain.refusals import Fault, Refusal
from versions.domain.version import Series, Version

# `q` is a part of the app's name; otherwise each narrows as on the pages.
FILTERS = ("app", "q", "stack", "status", "python", "failure", "since", "until", "cursor")
APP_FILTERS = ("q", "owner", "series", "state", "cursor")
APP_STATES = {
    "": AppFilter(), "active": AppFilter(is_active=True), "dormant": AppFilter(is_active=False),
    "held": AppFilter(is_held=True),
}  # fmt: skip


class BuildListView(APIView):
    required_scope = {"GET": "history:read", "POST": "builds:write"}

    @extend_schema(
        operation_id="builds", parameters=[OpenApiParameter(name) for name in FILTERS], responses={200: dict}
    )
    def get(self, request: Request) -> Response:
        """Builds, newest first. `python` is a series or a release; `since` is included, `until` is not."""
        query = _known_query(request, FILTERS)
        wanted = _filter(query, caller_of(request).stacks)
        results, next_place = build_documents(
            wanted, before=place_of(query.get("cursor", "")), public_url=settings.PUBLIC_URL
        )
        cursor = cursor_of(next_place) if next_place else None
        return Response({"next": _next(request, "cursor", cursor), "results": results})

    @extend_schema(
        operation_id="create_build", request=BuildFields, parameters=[IDEMPOTENCY_KEY], responses={200: dict, 201: dict}
    )
    def post(self, request: Request) -> Response:
        """Begins a build, or with `queue` puts it in the queue. The same `Idempotency-Key` gives the same build."""
        return create(request)


class BuildView(APIView):
    required_scope = "history:read"

    @extend_schema(operation_id="build", responses={200: dict})
    def get(self, request: Request, build_id: int) -> Response:
        """One build with its steps."""
        stacks = caller_of(request).stacks
        return Response(build_document(build_id=build_id, stacks=stacks, public_url=settings.PUBLIC_URL))


class AppListView(APIView):
    required_scope = "history:read"

    @extend_schema(
        operation_id="apps", parameters=[OpenApiParameter(name) for name in APP_FILTERS], responses={200: dict}
    )
    def get(self, request: Request) -> Response:
        """Apps by name, each with its latest build. `series` is that build's; `state` is active, dormant or held."""
        query = _known_query(request, APP_FILTERS)
        wanted = _app_filter(query, caller_of(request).stacks)
        results, next_name = app_documents(wanted, after=query.get("cursor", ""), public_url=settings.PUBLIC_URL)
        return Response({"next": _next(request, "cursor", next_name), "results": results})


class AppView(APIView):
    required_scope = {"GET": "history:read", "PUT": "builds:write"}

    @extend_schema(operation_id="app", responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        """One app with its latest build."""
        stacks = caller_of(request).stacks
        return Response(app_document(name=name.replace("\0", ""), stacks=stacks, public_url=settings.PUBLIC_URL))

    @extend_schema(operation_id="register_app", request=AppFields, responses={200: dict, 201: dict})
    def put(self, request: Request, name: str) -> Response:
        """Makes or replaces the app's registry entry."""
        _check_app_name(name)
        fields = AppFields(data=request.data)
        fields.is_valid(raise_exception=True)
        data = fields.validated_data
        entry = AppEntry(text_of(data, "owner"), text_of(data, "contact"), text_of(data, "url"), data["active"])
        is_new = register_app(name=name, entry=entry)
        document = app_document(name=name, stacks=(), public_url=settings.PUBLIC_URL)
        return Response(document, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


def _filter(query: QueryDict, stacks: tuple[str, ...]) -> BuildFilter:
    return BuildFilter(
        app=query.get("app", ""),
        app_like=query.get("q", ""),
        stack=query.get("stack", ""),
        stacks=stacks,
        status=_status(query.get("status", "")),
        python=_python(query.get("python", "")),
        failure=query.get("failure", ""),
        since=_instant("since", query.get("since", "")),
        until=_instant("until", query.get("until", "")),
    )


def _app_filter(query: QueryDict, stacks: tuple[str, ...]) -> AppFilter:
    state, written = APP_STATES.get(query.get("state", "")), query.get("series", "")
    if state is None:
        raise _malformed("state", f"expected one of {', '.join(filter(None, APP_STATES))}")
    series = Series.parse(written)
    if written and series is None:
        raise _malformed("series", "expected a series such as 3.12")
    return replace(state, name_like=query.get("q", ""), owner_like=query.get("owner", ""), series=series, stacks=stacks)


def _status(written: str) -> BuildStatus | None:
    if not written:
        return None
    try:
        return BuildStatus(written)
    except ValueError as error:
        raise _malformed("status", f"expected one of {', '.join(BuildStatus)}") from error


def _python(written: str) -> Series | Version | None:
    python = Version.parse(written) or Series.parse(written)
    if written and python is None:
        raise _malformed("python", "expected a series such as 3.12 or a release such as 3.12.3")
    return python


def _instant(name: str, written: str) -> datetime | None:
    if not written:
        return None
    try:
        instant = parse_datetime(written.replace(" ", "+"))  # a plus sign in a query string arrives as a space
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # told like any other malformed instant
    raise _malformed(name, "expected an instant with its zone, such as 2026-04-10T12:00:00Z")


def _known_query(request: Request, names: tuple[str, ...]) -> QueryDict:
    query = request.query_params
    unknown = sorted(set(query) - set(names))
    if unknown:
        raise Refusal("request::unknown-field", field=unknown[0][:60])
    for name in names:
        if "\0" in query.get(name, ""):
            raise _malformed(name, "holds a NUL")
    return query


def _next(request: Request, parameter: str, cursor: str | None) -> str | None:
    """The address of the following page: this one's, with another cursor."""
    if cursor is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != parameter}
    return f"{request.build_absolute_uri(request.path)}?{urlencode({**kept, parameter: cursor})}"


def _check_app_name(name: str) -> None:
    if not re.match(APP_NAME, name):
        raise _malformed("name", "expected lower-case letters, digits and hyphens, at most 63")


def _malformed(name: str, problem: str) -> Refusal:
    return Refusal("request::malformed", faults=(Fault(name, problem),))
