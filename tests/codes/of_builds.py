"""Codes that whoever reports builds, and reads them, is told."""

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from builds.builder.fetched_source import SourceFetcher
from builds.builder.portal import Portal
from builds.domain.statuses import BuildStatus, check_move
from builds.models import Build, FailureGroup
from builds.selectors.failure_groups import failure_group
from builds.services import end_lost_builds
from builds.services.grouping import annotate_group
from portal.access.scopes import Scope
from portal.services import issue_token
from tests.codes.provoking import Answered, World, failed, provokes, refused, replied, told_of
from tests.reporting import ANNA, ApiBuilder, run_out
from tests.unit.builder.stand_in import Answer, always, stand_in


def building(world: World) -> ApiBuilder:
    """A builder with a running build that has printed `one `."""
    world.builder.build()
    world.builder.step("detect", "running")
    assert world.builder.append("detect", 0, b"one ").status_code == 202
    return world.builder


@provokes("build::unknown")
def build_that_is_not_there(world: World) -> Answered:
    return replied(world.builder.get("/builds/4711"))


@provokes("build::fence-missing")
def write_without_a_fence(world: World) -> Answered:
    building(world).fence = 0
    return replied(world.builder.post(f"/builds/{world.builder.id}/heartbeat"))


@provokes("build::fence-stale")
def write_under_another_fence(world: World) -> Answered:
    building(world).fence += 1
    return replied(world.builder.post(f"/builds/{world.builder.id}/heartbeat"))


@provokes("build::over")
def write_after_the_end(world: World) -> Answered:
    building(world).finish("failed")
    return replied(world.builder.append("detect", 4, b"two"))


@provokes("build::claimed")
def claim_of_a_build_that_runs(world: World) -> Answered:
    return replied(building(world).post(f"/builds/{world.builder.id}/claim"))


@provokes("build::impossible-move")
def move_that_no_build_makes(world: World) -> Answered:
    return refused(lambda: check_move(BuildStatus.QUEUED, BuildStatus.SUCCEEDED))


@provokes("build::lost")
def builder_that_went_silent(world: World) -> Answered:
    building(world)
    run_out(world.builder.id)
    assert end_lost_builds() == [world.builder.id]
    return told_of(world.builder.read()["failure"])


@provokes("step::unknown")
def log_of_no_step(world: World) -> Answered:
    return replied(building(world).get(f"/builds/{world.builder.id}/steps/elsewhere/log"))


@provokes("step::impossible-move")
def step_that_runs_again(world: World) -> Answered:
    building(world).step("detect", "succeeded")
    return replied(world.builder.step("detect", "running"))


@provokes("source::digest-mismatch")
def source_with_other_bytes(world: World) -> Answered:
    url = f"/api/v1/sources/{'0' * 64}"
    return replied(world.builder.client.put(url, b"something", content_type="application/octet-stream"))


def fetching(body: bytes, **source: str) -> Answered:
    """A builder that fetches a source from a portal with these bytes."""
    with (
        stand_in(always(Answer(body=body))) as server,
        Portal(server.url, "secret") as portal,
        TemporaryDirectory() as folder,
    ):
        fetcher = SourceFetcher(source, Path(folder), portal, hosts=(), check=lambda: None)
        return failed(lambda: fetcher.bring(print))


@provokes("fetch-source::download")
def source_at_an_address_that_is_not_fetched(world: World) -> Answered:
    return fetching(b"", url="http://10.0.0.1/app.tgz")


@provokes("fetch-source::hash-mismatch")
def source_that_is_another_one(world: World) -> Answered:
    return fetching(b"other bytes", sha256="0" * 64)


@provokes("fetch-source::unusable")
def source_that_is_no_archive(world: World) -> Answered:
    return fetching(b"no archive", sha256=hashlib.sha256(b"no archive").hexdigest())


@provokes("source::unknown")
def source_that_nobody_sent(world: World) -> Answered:
    return replied(world.builder.get(f"/sources/{'0' * 64}"))


@provokes("idempotency::reused")
def key_for_another_build(world: World) -> Answered:
    body = {"app": "shop", "stack": "stack-22"}
    world.builder.post("/builds", body, **{"Idempotency-Key": "one"})
    return replied(world.builder.post("/builds", {**body, "app": "crm"}, **{"Idempotency-Key": "one"}))


@provokes("log::wrong-offset")
def bytes_after_a_gap(world: World) -> Answered:
    return replied(building(world).append("detect", 99, b"x"))


@provokes("log::conflict")
def other_bytes_at_the_same_place(world: World) -> Answered:
    return replied(building(world).append("detect", 0, b"two "))


@provokes("log::digest-mismatch")
def bytes_that_changed_on_their_way(world: World) -> Answered:
    digest = base64.b64encode(b"\0" * 32).decode()
    return replied(building(world).append("detect", 4, b"x", **{"Content-Digest": f"sha-256=:{digest}:"}))


@provokes("log::announced-otherwise")
def end_with_a_shorter_log(world: World) -> Answered:
    return replied(building(world).finish("failed", logs={"detect": {"size": 1, "sha256": ""}}))


@provokes("app::unknown")
def app_that_is_not_there(world: World) -> Answered:
    return replied(world.builder.get("/apps/nothing"))


@provokes("stack::unknown")
def build_on_a_stack_that_is_not_there(world: World) -> Answered:
    return replied(world.builder.post("/builds", {"app": "shop", "stack": "stack-99"}))


@provokes("auth::missing")
def nobody(world: World) -> Answered:
    return replied(world.fixture("client").get("/api/v1/builds"))


@provokes("auth::invalid-token")
def stranger(world: World) -> Answered:
    return replied(world.fixture("client").get("/api/v1/builds", headers={"Authorization": "Bearer rp_x.y"}))


@provokes("auth::expired-token")
def token_of_yesterday(world: World) -> Answered:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    _token, secret = issue_token(name="old", scopes=Scope.values, actor=ANNA, expires_at=past)
    headers = {"Authorization": f"Bearer {secret}"}
    return replied(world.fixture("client").get("/api/v1/builds", headers=headers))


@provokes("auth::missing-scope")
def token_for_something_else(world: World) -> Answered:
    return replied(ApiBuilder(name="reader", scopes=["table:read"]).get("/builds"))


def reported(world: World, **fields: object) -> dict[str, object]:
    body = {"app": "shop", "stack": "stack-22", "exit_code": 0, "report": {}, "output": "", **fields}
    reply = world.builder.post("/reports", body)
    assert reply.status_code == 201, reply.content
    build = Build.objects.latest("pk")
    document: dict[str, object] = world.builder.get(f"/builds/{build.pk}").json()
    return document


@provokes("buildpack::failed")
def buildpack_that_names_no_reason(world: World) -> Answered:
    return told_of(reported(world, exit_code=1)["failure"])  # type: ignore[arg-type]


@provokes("buildpack::unfinished")
def buildpack_whose_report_breaks_off(world: World) -> Answered:
    return told_of(reported(world, report={"package_manager": "pip"})["failure"])  # type: ignore[arg-type]


@provokes("failure-group::unknown")
def group_that_is_not_there(world: World) -> Answered:
    return refused(lambda: failure_group(group_id=4711))


@provokes("failure-group::changed-meanwhile")
def note_that_somebody_else_wrote(world: World) -> Answered:
    reported(world, exit_code=1)
    group = FailureGroup.objects.latest("pk")
    annotate_group(group_id=group.pk, note="known", expected="", actor=ANNA)
    return refused(lambda: annotate_group(group_id=group.pk, note="mine", expected="", actor=ANNA))


def oddity(world: World, code: str, **fields: object) -> Answered:
    warnings = reported(world, **fields)["warnings"]
    assert isinstance(warnings, list)
    return told_of(next(warning for warning in warnings if warning["code"] == code))


@provokes("report::contradiction")
def success_with_a_failure(world: World) -> Answered:
    report = {"failure_reason": "hooks::pre_compile", "total_duration": 1.5}
    return oddity(world, "report::contradiction", report=report)


@provokes("report::malformed-version")
def report_of_no_version(world: World) -> Answered:
    return oddity(world, "report::malformed-version", report={"python_version": "three"})


@provokes("report::release-not-in-table")
def report_of_a_release_that_nobody_published(world: World) -> Answered:
    return oddity(world, "report::release-not-in-table", report={"python_version": "3.12.99"})


@provokes("report::release-withdrawn")
def report_of_a_withdrawn_release(world: World) -> Answered:
    return oddity(world, "report::release-withdrawn", report={"python_version": "3.12.4"})
