"""Codes of archives on their way in: uploads, fetches, mirrors, and where buildpacks look for them."""

import hashlib
from datetime import timedelta

from django.db.models.functions import Now

from tests.codes.provoking import TABLE, Answered, World, provokes, refused, replied, shown
from tests.reporting import ANNA
from versions.domain.archive_jobs import Target
from versions.domain.refusals import Refusal
from versions.domain.version import Version
from versions.models import ArchiveJob
from versions.services.archive_jobs import claim_job, sweep_jobs
from versions.services.mirroring import request_mirror
from versions.services.uploads import Manner, begin_upload, take_bytes

PLACE = f"/api/v1/artifacts/{hashlib.sha256(b'0123').hexdigest()}?stack=stack-22&version=3.12.9"


def begun(world: World, sha256: str = "0" * 64) -> int:
    world.publish(TABLE)
    target = Target.read(version="3.12.9", stacks=["stack-22"], arch="amd64")
    return begin_upload(target=target, claimed_sha256=sha256, length=4, actor=ANNA).id


def ended(job_id: int) -> Answered:
    """What the release's page says of a job that is over."""
    job = ArchiveJob.objects.get(pk=job_id)

    def raise_it() -> None:
        raise Refusal(job.code, **job.facts)

    return refused(raise_it)


@provokes("artifact::hash-mismatch")
def archive_with_other_bytes(world: World) -> Answered:
    job = begun(world)
    return refused(lambda: take_bytes(job_id=job, manner=Manner(None, 4), pieces=[b"0123"]))


def put(world: World, data: bytes, offset: int) -> Answered:
    headers = {"Upload-Offset": str(offset)}
    return replied(world.builder.client.generic("PUT", PLACE, data, content_type="", headers=headers))


@provokes("artifact::wrong-offset")
def upload_with_a_gap(world: World) -> Answered:
    return put(world, b"3", 3)


@provokes("artifact::conflict")
def upload_of_two_files_at_once(world: World) -> Answered:
    client = world.builder.client
    client.generic("PUT", PLACE, b"01", content_type="", headers={"Upload-Offset": "0"})
    return put(world, b"x", 0)


@provokes("artifact::abandoned")
def archive_that_kills_its_workers(world: World) -> Answered:
    job = begun(world, hashlib.sha256(b"0123").hexdigest())
    take_bytes(job_id=job, manner=Manner(None, 4), pieces=[b"0123"])
    while claim_job(job_id=job):
        ArchiveJob.objects.filter(pk=job).update(lease_expires_at=Now() - timedelta(seconds=1))
    return ended(job)


@provokes("artifact::upload-left")
def upload_that_nobody_goes_on_with(world: World) -> Answered:
    job = begun(world)
    ArchiveJob.objects.filter(pk=job).update(moved_at=Now() - timedelta(days=2))
    sweep_jobs()
    return ended(job)


@provokes("artifact::job-unknown")
def stopping_what_is_not_there(world: World) -> Answered:
    world.publish(TABLE)
    return shown(world.staff.post("/runtimes/releases/3.12.3/archives/9/cancel/"))


@provokes("artifact::nothing-to-mirror")
def mirror_of_a_release_without_archives(world: World) -> Answered:
    world.publish(TABLE)
    return refused(lambda: request_mirror(version=Version(3, 12, 3), stacks=("stack-22",), actor=ANNA))


@provokes("artifact::not-here")
def buildpack_asking_for_what_is_not_kept(world: World) -> Answered:
    world.publish(TABLE)
    return replied(world.fixture("client").get("/python-3.12.3-ubuntu-22.04-amd64.tar.zst"))
