"""Publishing over HTTP: what staff do on pages, for release pipelines with a token."""

import re
from typing import Protocol, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from versions.api.fields import PublishFields, RetireFields, RollbackFields
from versions.api.tables import revision_document
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal
from versions.domain.retirement import Retirement
from versions.domain.table import ReleaseStatus
from versions.domain.version import Version
from versions.selectors.impact import NewlyFailing, newly_failing
from versions.selectors.published import PublishedTable, published_table
from versions.selectors.retiring import rollback_preview
from versions.services.publishing import Guard, publish_pending, roll_back
from versions.services.retiring import retire_release

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True)
_DIGEST = re.compile(r'(?:W/)?"?(sha256:[0-9a-f]{64})"?')


class _Token(Protocol):
    """What is asked of the token that the site's authentication left in `request.auth`."""

    stacks: list[str]

    @property
    def actor(self) -> Actor: ...

    @property
    def person(self) -> Actor: ...


class PublishingView(APIView):
    required_scope = "versions:publish"


class PublishView(PublishingView):
    @extend_schema(operation_id="publish", request=PublishFields, parameters=[IF_MATCH], responses={201: dict})
    def post(self, request: Request) -> Response:
        """Publishes all that is pending: 201 with the new revision, 200 with the current one when nothing differs."""
        fields = PublishFields(data=request.data)
        fields.is_valid(raise_exception=True)
        revision = publish_pending(
            message=fields.validated_data["message"],
            actor=token_of(request).actor,
            guard=guard_of(request),
            limit=token_of(request).stacks,
        )
        return revision_answer(revision)


class RollbackView(PublishingView):
    @extend_schema(operation_id="rollback", request=RollbackFields, parameters=[IF_MATCH], responses={201: dict})
    def post(self, request: Request) -> Response:
        """Publishes the content of an older revision again, as a new one.

        `newly_failing` in the answer counts active apps that ask for what this took away, and names the first of them.
        """
        fields = RollbackFields(data=request.data)
        fields.is_valid(raise_exception=True)
        number = fields.validated_data["revision"]
        failing = newly_failing(rollback_preview(number))
        revision = roll_back(
            number=number,
            message=fields.validated_data["message"],
            actor=token_of(request).actor,
            guard=guard_of(request),
            limit=token_of(request).stacks,
        )
        return revision_answer(revision, newly_failing=failing_document(failing) if revision and failing else None)


class RetireView(PublishingView):
    """Yanks or withdraws a published release; `status_wanted` says which."""

    status_wanted = ReleaseStatus.YANKED

    def post(self, request: Request, version: str) -> Response:
        number = Version.parse(version)
        fields = RetireFields(data=request.data)
        fields.is_valid(raise_exception=True)
        values, token = fields.validated_data, token_of(request)
        stacks = tuple(dict.fromkeys(values["stacks"]))
        if number is None:
            raise Refusal("release::unknown", version=version[:40], stack=", ".join(stacks))
        for stack in stacks:
            if token.stacks and stack not in token.stacks:
                raise Refusal("stack::unknown", stack=stack)
        revision = retire_release(
            retirement=Retirement(number, stacks, self.status_wanted, values["reason"]),
            message=values.get("message", ""),
            actor=token.actor,
            guard=guard_of(request),
            limit=token.stacks,
        )
        return revision_answer(revision)


class YankView(RetireView):
    @extend_schema(operation_id="yank", request=RetireFields, parameters=[IF_MATCH], responses={201: dict})
    def post(self, request: Request, version: str) -> Response:
        """From now on only exact requests get the release, with a warning."""
        return super().post(request, version)


class WithdrawView(RetireView):
    status_wanted = ReleaseStatus.WITHDRAWN

    @extend_schema(operation_id="withdraw", request=RetireFields, parameters=[IF_MATCH], responses={201: dict})
    def post(self, request: Request, version: str) -> Response:
        """From now on nobody gets the release, and its bytes answer 404."""
        return super().post(request, version)


def token_of(request: Request) -> _Token:
    """Views here demand a scope, so there is a token."""
    return cast("_Token", request.auth)


def guard_of(request: Request) -> Guard:
    """The digest in `If-Match`. Raises Refusal `publish::digest-missing`, `publish::conflict` for one of another form.

    `*` names no table that somebody looked at, so it counts as missing.
    """
    written = request.headers.get("If-Match", "").strip()
    if written in ("", "*"):
        raise Refusal("publish::digest-missing")
    match = _DIGEST.fullmatch(written)
    return Guard(match[1] if match else written[:100])


def revision_answer(revision: PublishedTable | None, **more: object) -> Response:
    if revision is None:
        return Response(revision_document(published_table()) | more, status=status.HTTP_200_OK)
    location = f"/api/v1/revisions/{revision.number}"
    return Response(revision_document(revision) | more, status=status.HTTP_201_CREATED, headers={"Location": location})


def failing_document(failing: NewlyFailing) -> dict[str, object]:
    """Apps in the order of their names; `apps` counts all of them."""
    return {
        "apps": failing.apps,
        "first": [
            {"app": app.name, "owner": app.owner, "contact": app.contact, "stack": app.stack, "request": app.request}
            for app in failing.first
        ],
    }
