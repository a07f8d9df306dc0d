"""Beginning a build, at once or in the queue."""

import hashlib
from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.db import IntegrityError, transaction

from builds.domain.caller import Caller
from builds.domain.source_address import without_credentials
from builds.domain.statuses import BuildStatus
from builds.models import Build
from builds.services.holding import new_fence
from builds.services.leases import lease_end
from builds.services.numbering import take_number
from builds.services.queueing import announce_build
from versions.domain.canonical import canonical_json
from versions.domain.refusals import Refusal
from versions.selectors import published_table


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """What is to be built. `source` has kind, ref, url, sha256; `builder` has name and version; texts are storable."""

    app: str
    stack: str
    arch: str
    source: dict[str, str]
    builder: dict[str, str]
    trigger: str
    is_queued: bool


class CreatedBuild(NamedTuple):
    """`fence` is None while the build waits in the queue. `is_new` is False when a key was used again."""

    id: int
    number: int
    fence: int | None
    status: BuildStatus
    is_new: bool


def create_build(*, order: BuildOrder, caller: Caller, idempotency_key: str = "") -> CreatedBuild:
    """Makes the build, and the app when it is new; with a key seen before, finds the build made then.

    Raises Refusal `stack::unknown`, `idempotency::reused`.
    """
    caller.check_stack(order.stack)
    _check_stack_exists(order.stack)
    digest = _digest(order)
    try:
        return _find(caller, idempotency_key, digest) or _insert(order, caller, idempotency_key, digest)
    except IntegrityError:
        # Another request with the same key won the race, and committed between our look and our insert.
        found = _find(caller, idempotency_key, digest)
        if found is None:
            raise
        return found


@transaction.atomic
def _insert(order: BuildOrder, caller: Caller, idempotency_key: str, digest: str) -> CreatedBuild:
    app, number, now = take_number(app_name=order.app)
    fence = None if order.is_queued else new_fence()
    build = Build.objects.create(
        app=app,
        number=number,
        stack=order.stack,
        arch=order.arch,
        status=BuildStatus.QUEUED if order.is_queued else BuildStatus.RUNNING,
        trigger=order.trigger,
        source=order.source | {"url": without_credentials(order.source.get("url", ""))},
        builder=order.builder,
        requested_by_id=caller.actor.user_id,
        requested_by_name=caller.actor.name,
        idempotency_scope=caller.key if idempotency_key else "",
        idempotency_key=idempotency_key,
        idempotency_digest=digest if idempotency_key else "",
        fence=fence,
        lease_expires_at=None if order.is_queued else lease_end(now),
        created_at=now,
        started_at=None if order.is_queued else now,
    )
    if order.is_queued:
        # A message sent before the commit could reach a builder that finds no build. One that is lost after it, or
        # that the broker does not take, is sent by the sweep.
        transaction.on_commit(lambda: announce_build(build_id=build.pk), robust=True)
    return CreatedBuild(build.pk, number, fence, BuildStatus(build.status), is_new=True)


def _find(caller: Caller, idempotency_key: str, digest: str) -> CreatedBuild | None:
    if not idempotency_key:
        return None
    build = Build.objects.filter(idempotency_scope=caller.key, idempotency_key=idempotency_key).first()
    if build is None:
        return None
    if build.idempotency_digest != digest:
        raise Refusal("idempotency::reused", key=idempotency_key)
    # A queued build's fence belongs to whoever claimed it, not to whoever asked for it. Builds that never waited
    # started at the very instant they were created.
    was_queued = build.started_at is None or build.started_at != build.created_at
    return CreatedBuild(
        build.pk, build.number, None if was_queued else build.fence, BuildStatus(build.status), is_new=False
    )


def _check_stack_exists(stack: str) -> None:
    try:
        published = published_table()
    except Refusal as refusal:
        # Before the first publication there are no stacks.
        raise Refusal("stack::unknown", stack=stack) from refusal
    if published.table.find_stack(stack) is None:
        raise Refusal("stack::unknown", stack=stack)


def _digest(order: BuildOrder) -> str:
    return hashlib.sha256(canonical_json(asdict(order))).hexdigest()
