"""The table as documentation, and the bytes of stored archives."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from versions.api.byte_ranges import ByteRange, Unsatisfiable, requested_range
from versions.api.conditional import conditional_response
from versions.api.parameters import wanted_table
from versions.api.tables import TableReadView
from versions.formats import documentation
from versions.selectors.archive_bytes import archive_pieces
from versions.selectors.archives import ServedArchive, served_archive
from versions.selectors.buildpack_archives import archive_for_base, archive_for_stack
from versions.selectors.published import current_number


@require_safe
def documentation_markdown(request: HttpRequest) -> HttpResponse:
    """`/exports/docs.md`: always public."""
    return _documentation(request, "md", "text/markdown; charset=utf-8")


@require_safe
def documentation_html(request: HttpRequest) -> HttpResponse:
    """`/exports/docs.html`: always public."""
    return _documentation(request, "html", "text/html; charset=utf-8")


def _documentation(request: HttpRequest, kind: str, content_type: str) -> HttpResponse:
    published, is_immutable = wanted_table(request.GET, now=timezone.now())
    write = documentation.markdown if kind == "md" else documentation.html
    return conditional_response(
        request,
        write(published.table, revision=published.number).encode(),
        content_type=content_type,
        tag=f"r{published.number}-{published.digest[7:23]}-{kind}",
        revision=published.number,
        is_immutable=is_immutable,
    )


class ArchiveView(TableReadView):
    """`/exports/by-sha256/{sha256}`: the bytes themselves, whole or in part; no redirect, no login page."""

    @extend_schema(operation_id="archive", responses={200: bytes})
    def get(self, request: Request, sha256: str) -> HttpResponseBase:
        return _archive_response(request, served_archive(sha256))


class BaseArchiveView(TableReadView):
    """`/python-{version}-{base}-{arch}.tar.zst`: where today's buildpacks look."""

    @extend_schema(operation_id="archive_for_base", responses={200: bytes})
    def get(self, request: Request, version: str, base: str, arch: str) -> HttpResponseBase:
        return _archive_response(request, archive_for_base(version, base=f"ubuntu-{base}", arch=arch))


class StackArchiveView(TableReadView):
    """`/{stack}/runtimes/python-{version}.tar.gz`: where the buildpacks of 2024 look."""

    @extend_schema(operation_id="archive_for_stack", responses={200: bytes})
    def get(self, request: Request, stack: str, version: str) -> HttpResponseBase:
        return _archive_response(request, archive_for_stack(version, stack=stack))


def _archive_response(request: Request, archive: ServedArchive) -> HttpResponseBase:
    etag = f'"{archive.sha256}"'
    kept = get_conditional_response(request._request, etag=etag)  # noqa: SLF001 - DRF has no other name for it
    response = kept if kept is not None else _bytes_response(request, archive, etag)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # The bytes never change, but a release may yet be withdrawn: caches have to ask each time.
    response["Cache-Control"] = "no-cache"
    response["X-Table-Revision"] = str(current_number() or 0)
    return response


def _bytes_response(request: Request, archive: ServedArchive, etag: str) -> HttpResponseBase:
    header = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        header = ""
    try:
        wanted = requested_range(header, archive.size)
    except Unsatisfiable:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{archive.size}"
        return refused
    part = wanted or ByteRange(0, archive.size - 1)
    # A HEAD is answered without reading a byte.
    pieces = archive_pieces(archive.sha256, first=part.first, length=part.length) if request.method == "GET" else ()
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    response["Content-Length"] = str(part.length)
    if wanted is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{archive.size}"
    return response
