"""Bringing archives to a release: uploaded, fetched or mirrored, verified again, and how far each of them is.

Forms work without a script. With one an upload goes in pieces (versions/static/versions/archives.js), which can be
resumed after a broken connection or on another day.
"""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from versions.domain.archive_jobs import JobKind, Target
from versions.domain.messages import explain
from versions.domain.refusals import Fault, Refusal
from versions.domain.version import Version
from versions.pages.acting import actor_of
from versions.pages.releases import shown_release
from versions.selectors.archive_jobs import JobView, archive_job, release_jobs
from versions.services.archive_jobs import begin_job, cancel_job
from versions.services.fetching import request_fetch
from versions.services.mirroring import request_mirror
from versions.services.uploads import PIECE_BYTES, BegunUpload, Manner, begin_upload, take_bytes
from versions.services.verifying import verify_again

PUBLISH = "versions.publish"
_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_MAX_LABEL_CHARACTERS = 300


@login_required
@require_safe
def progress(request: HttpRequest, version: str) -> HttpResponse:
    """The list of uploads and fetches alone, for the script that keeps it fresh."""
    number = _version(version)
    response = render(request, "versions/archive_jobs.html", {"version": number, "jobs": release_jobs(number)})
    response["Cache-Control"] = "no-store"
    return response


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def upload(request: HttpRequest, version: str) -> HttpResponse:
    """The whole file in one form. Django keeps it on disk while it comes."""
    file = request.FILES.get("file")

    def send() -> str:
        size = file.size if file else 0
        label = f"{file.name}/{size}/"[-_MAX_LABEL_CHARACTERS:] if file else ""
        job = _begun(request, version, label, size or 0)
        assert file is not None
        take_bytes(job_id=job.id, manner=Manner(None, size), pieces=file.chunks(PIECE_BYTES))
        return _("The file has come. It is being verified.")

    return _done(request, version, send)


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def upload_begin(request: HttpRequest, version: str) -> HttpResponse:
    """Begins an upload in pieces, or finds that of the same file that broke off: where to send, from which byte."""
    try:
        job = _begun(request, version, request.POST.get("label", ""), _number(request.POST.get("size"), "size"))
    except Refusal as refusal:
        return _told(refusal)
    address = reverse("versions:archive-upload-bytes", args=[version, job.id])
    return JsonResponse({"address": address, "offset": job.size}, status=int(HTTPStatus.CREATED))


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_http_methods(["PUT"])
def upload_bytes(request: HttpRequest, version: str, job_id: int) -> HttpResponse:
    """Takes a piece of one's own upload, as the API does."""
    try:
        _check_own_upload(request, version, job_id)
        offset = _number(request.headers.get("Upload-Offset"), "Upload-Offset")
        taken = take_bytes(job_id=job_id, manner=Manner(offset, None), pieces=_pieces(request))
    except Refusal as refusal:
        return _told(refusal)
    return JsonResponse({"offset": taken.size, "is_complete": taken.is_complete}, status=int(HTTPStatus.ACCEPTED))


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def fetch(request: HttpRequest, version: str) -> HttpResponse:
    def send() -> str:
        request_fetch(
            target=_target(request, version),
            url=request.POST.get("url", ""),
            claimed_sha256=request.POST.get("sha256", ""),
            actor=actor_of(request),
        )
        return _("The address is being fetched in the background.")

    return _done(request, version, send)


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def mirror(request: HttpRequest, version: str) -> HttpResponse:
    def send() -> str:
        stacks = tuple(request.POST.getlist("stack"))
        if not stacks:
            raise Refusal("request::malformed", faults=(Fault("stack", _("Choose at least one stack.")),))
        request_mirror(version=_version(version), stacks=stacks, actor=actor_of(request))
        return _("The archives are being mirrored in the background.")

    return _done(request, version, send)


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def verify(request: HttpRequest, version: str) -> HttpResponse:
    def send() -> str:
        sha256, arch = request.POST.get("sha256", ""), request.POST.get("arch", "")
        verify_again(sha256=sha256, version=_version(version), arch=arch, actor=actor_of(request))
        return _("The archive is being verified again.")

    return _done(request, version, send)


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def cancel(request: HttpRequest, version: str, job_id: int) -> HttpResponse:
    def send() -> str:
        _job_of(version, job_id)
        return _("It is being stopped.") if cancel_job(job_id=job_id) else _("It was over already.")

    return _done(request, version, send)


@login_required
@permission_required(PUBLISH, raise_exception=True)
@require_POST
def retry(request: HttpRequest, version: str, job_id: int) -> HttpResponse:
    def send() -> str:
        job = _job_of(version, job_id)
        if not job.can_retry:
            raise Refusal("artifact::job-unknown", job=job_id)
        begin_job(
            kind=JobKind(job.kind), version=job.version, stacks=job.stacks, arch=job.arch, url=job.url,
            claimed_sha256=job.claimed_sha256, requested_by=actor_of(request).name,
        )  # fmt: skip
        return _("It is tried again.")

    return _done(request, version, send)


def _done(request: HttpRequest, version: str, send: Callable[[], str]) -> HttpResponse:
    """Back to the release's page; when refused the same page with the reason."""
    try:
        messages.success(request, send())
    except Refusal as refusal:
        return shown_release(request, _version(version), problem=refusal)
    return HttpResponseRedirect(reverse("versions:release-detail", args=[version]) + "#archives")


def _begun(request: HttpRequest, version: str, label: str, size: int) -> BegunUpload:
    if not size or not label.isprintable() or len(label) > _MAX_LABEL_CHARACTERS:
        raise Refusal("request::malformed", faults=(Fault("file", _("Choose a file that is not empty.")),))
    return begin_upload(
        target=_target(request, version), claimed_sha256="", length=size, actor=actor_of(request), label=label
    )


def _check_own_upload(request: HttpRequest, version: str, job_id: int) -> None:
    job = _job_of(version, job_id)
    if job.kind != JobKind.UPLOAD or job.requested_by != actor_of(request).name:
        raise Refusal("artifact::job-unknown", job=job_id)


def _job_of(version: str, job_id: int) -> JobView:
    job = archive_job(job_id)
    if job.version != version:
        raise Refusal("artifact::job-unknown", job=job_id)
    return job


def _version(version: str) -> Version:
    number = Version.parse(version)
    if number is None:
        raise Refusal("release::unknown", version=version)
    return number


def _target(request: HttpRequest, version: str) -> Target:
    return Target.read(version=version, stacks=request.POST.getlist("stack"), arch=request.POST.get("arch", ""))


def _number(written: str | None, place: str) -> int:
    if written is None or not _WHOLE_NUMBER.fullmatch(written.strip()):
        raise Refusal("request::malformed", faults=(Fault(place, "expected a whole number"),))
    return int(written)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while True:
        try:
            piece = request.read(PIECE_BYTES)
        except OSError:  # the connection broke; what has come is kept
            return
        if not piece:
            return
        yield piece


def _told(refusal: Refusal) -> JsonResponse:
    """A refusal for the script: what to show, and for an upload where to go on."""
    explanation = explain(refusal.code, refusal.facts)
    faults = "; ".join(f"{fault.place}: {fault.problem}" for fault in refusal.faults)
    body = {"code": refusal.code, "message": f"{explanation.text} {faults or explanation.advice}"}
    if "offset" in refusal.facts:
        body["offset"] = str(refusal.facts["offset"])
    return JsonResponse(body, status=explanation.status or int(HTTPStatus.UNPROCESSABLE_ENTITY))
