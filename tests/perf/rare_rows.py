"""What a seeded history lacks though pages show it: a log of 100 MB, an advisory, a held app, a reader's token."""

from datetime import timedelta

from django.utils import timezone

from builds.models import Build
from builds.services import append_log, create_build
from builds.services.holds import hold_app
from builds.services.logs import MAX_CHUNK_BYTES
from portal.services import issue_token
from tests.reporting import BUILDER, fence_of, order
from versions.domain.actor import Actor
from versions.domain.advisories import Advisory, AffectedRange
from versions.domain.version import Version
from versions.models import Advisory as AdvisoryRecord
from versions.selectors import published_table
from versions.services.advisories import save_advisory

LOG_BYTES = 100_000_000
LOG_STEP = "install_dependencies"
_ACTOR = Actor("bench")
_APP = "printed-100-megabytes"
_LINE = b"Collecting something==%09d that is printed while it is installed here\n"
_ERROR = b"ERROR: the one line that tells what went wrong, in the middle of all.\n"


def build_with_long_log() -> int:
    """The id of a running build, one step of which has printed 100 MB with an error line in the middle."""
    found = Build.objects.filter(app__name=_APP).first()
    if found:
        return found.pk
    build = create_build(order=order(app=_APP, stack=published_table().table.default_stack), caller=BUILDER)
    fence, count = fence_of(build), LOG_BYTES // len(_LINE % 0)
    lines = [_LINE % number for number in range(count)]
    printed = b"".join((*lines[: count // 2], _ERROR, *lines[count // 2 :]))
    for start in range(0, len(printed), MAX_CHUNK_BYTES):
        part = printed[start : start + MAX_CHUNK_BYTES]
        append_log(build_id=build.id, fence=fence, step=LOG_STEP, offset=start, data=part, caller=BUILDER)
    return build.id


def advisory_on(release: str) -> int:
    """The id of an advisory that every app on the release's series is exposed to."""
    version = Version.parse(release)
    assert version is not None
    identifier = f"BENCH-{version.series}"
    found = AdvisoryRecord.objects.filter(identifier=identifier).first()
    if found:
        return found.pk
    affected = (AffectedRange(version.series),)
    advisory = Advisory(identifier, "Found while measuring", "", "high", "", affected, ())
    return save_advisory(advisory=advisory, actor=_ACTOR)


def hold_app_at(name: str, release: str) -> None:
    """Holds the app for a week, so that its pages have a hold to show."""
    until_on = (timezone.now() + timedelta(days=7)).date()
    hold_app(name=name, version=release, reason="measured", until_on=until_on, actor=_ACTOR)


def reader_headers() -> dict[str, str]:
    """The headers of a program that reads history and logs."""
    scopes = ("history:read", "logs:read")
    _token, secret = issue_token(name="meter", scopes=scopes, actor=_ACTOR, is_replacement=True)
    return {"Authorization": f"Bearer {secret}"}
