"""Archives from release pipelines: sent raw, in one go or in pieces that can be resumed, verified in the background."""

import re
from collections.abc import Iterator
from typing import Protocol, cast

from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from versions.domain.actor import Actor
from versions.domain.archive_jobs import Target, clean_sha256
from versions.domain.refusals import Fault, Refusal
from versions.selectors.archive_jobs import archive_document, open_upload, upload_state
from versions.services.archive_jobs import cancel_job
from versions.services.uploads import PIECE_BYTES, Manner, begin_upload, take_bytes

_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_FIELDS = frozenset({"stack", "version", "arch", "format"})
QUERY = [
    OpenApiParameter("stack", str, many=True, description="May be given several times."),
    OpenApiParameter("version", str),
    OpenApiParameter("arch", str),
    OpenApiParameter("format", str),
]
HEADERS = [
    OpenApiParameter("Upload-Offset", OpenApiTypes.INT64, OpenApiParameter.HEADER),
    OpenApiParameter("Upload-Length", OpenApiTypes.INT64, OpenApiParameter.HEADER),
]


class _Token(Protocol):
    """What is asked of the token that the site's authentication left in `request.auth`."""

    stacks: list[str]

    @property
    def actor(self) -> Actor: ...


class ArtifactView(APIView):
    """`/artifacts/{sha256}`: one archive on its way in."""

    required_scope = "artifacts:write"
    parser_classes = ()

    @extend_schema(
        operation_id="put_artifact",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[*QUERY, *HEADERS],
        responses={200: dict, 202: dict},
    )
    def put(self, request: Request, sha256: str) -> Response:
        """Takes bytes from `Upload-Offset` on, or without it the whole archive: 202 when they are safe, 200 when they
        were there already. `Upload-Offset` says the new end."""
        target, token = _target(request), _token(request)
        body = request._request  # noqa: SLF001 - the only name that DRF has for it
        manner = _manner(request)
        try:
            job = begin_upload(
                target=target, claimed_sha256=clean_sha256(sha256), length=manner.length, actor=token.actor
            )
            taken = take_bytes(job_id=job.id, manner=manner, pieces=_pieces(body))
        except Refusal as refusal:
            if "offset" in refusal.facts:
                self.headers["Upload-Offset"] = str(refusal.facts["offset"])
            raise
        code = status.HTTP_200_OK if taken.is_replay else status.HTTP_202_ACCEPTED
        return Response(archive_document(taken.job_id), status=code, headers={"Upload-Offset": str(taken.size)})

    @extend_schema(operation_id="artifact_state", parameters=QUERY, responses={200: dict})
    def get(self, request: Request, sha256: str) -> Response:
        """What is known of the archive: uploading, verifying, verified or refused, with the verification's record."""
        query = request.query_params
        _check_fields(request)
        _check_stacks(request, query.getlist("stack"))
        document = upload_state(
            clean_sha256(sha256),
            stacks=query.getlist("stack"),
            version=query.get("version", "")[:40],
            arch=query.get("arch", "")[:40],
            limit=_token(request).stacks,
        )
        headers = {"Upload-Offset": str(document["upload_offset"]), "Cache-Control": "no-store"}
        return Response(document, headers=headers)

    @extend_schema(operation_id="drop_upload", parameters=QUERY, responses={204: None})
    def delete(self, request: Request, sha256: str) -> Response:
        """Drops what has come of an unfinished upload. What is stored already stays."""
        job = open_upload(_target(request), claimed_sha256=clean_sha256(sha256))
        if job is None or not cancel_job(job_id=job.id):
            raise Refusal("artifact::unknown", sha256=sha256)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _target(request: Request) -> Target:
    query = request.query_params
    _check_fields(request)
    stacks = query.getlist("stack")
    _check_stacks(request, stacks)
    return Target.read(
        version=query.get("version", ""),
        stacks=stacks,
        arch=query.get("arch", "amd64"),
        archive_format=query.get("format", ""),
    )


def _check_fields(request: Request) -> None:
    unknown = sorted(set(request.query_params) - _FIELDS)
    if unknown:
        raise Refusal("request::unknown-field", field=ascii(unknown[0])[1:61])


def _check_stacks(request: Request, stacks: list[str]) -> None:
    """What lies on other stacks than the token's does not exist for its bearer."""
    allowed = _token(request).stacks
    for stack in stacks:
        if allowed and stack not in allowed:
            raise Refusal("stack::unknown", stack=stack[:63])


def _token(request: Request) -> _Token:
    return cast("_Token", request.auth)


def _manner(request: Request) -> Manner:
    """A body without `Upload-Offset` is the whole archive, so its length is the archive's."""
    offset, length = (_number(request, name) for name in ("Upload-Offset", "Upload-Length"))
    if offset is None and length is None:
        length = _number(request, "Content-Length")
        if not length:
            raise Refusal("request::malformed", faults=(Fault("Content-Length", "expected the archive's size"),))
    return Manner(offset, length)


def _number(request: Request, name: str) -> int | None:
    written = request.headers.get(name)
    if written is None or (name == "Content-Length" and not written.strip()):
        return None
    if not _WHOLE_NUMBER.fullmatch(written.strip()):
        raise Refusal("request::malformed", faults=(Fault(name, "expected a whole number"),))
    return int(written)


def _pieces(body: HttpRequest) -> Iterator[bytes]:
    """The body as it comes; where the connection breaks it ends, and what came until then is kept."""
    while True:
        try:
            piece = body.read(PIECE_BYTES)
        except OSError:
            return
        if not piece:
            return
        yield piece
