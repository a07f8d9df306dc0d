"""Taking in the finished run of an existing buildpack as a build."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from builds.domain.buildpack_reports import ReportedBuild, ReportedRun, ReportedStep, read_report
from builds.domain.buildpack_reports.document import detection_document, oddity_document
from builds.domain.caller import Caller
from builds.domain.hooks import REPORT_TRIGGER
from builds.domain.log_masking import masked
from builds.domain.source_address import without_credentials
from builds.models import Build, LogChunk, Step
from builds.services.grouping import group_failure
from builds.services.last_detections import keep_detection
from builds.services.log_rows import log_rows
from builds.services.numbering import take_number
from builds.services.rolling_up import count_late_build
from builds.services.run_instants import run_instants
from versions.domain.refusals import Refusal
from versions.domain.table import StackEntry
from versions.selectors import published_table
from versions.selectors.advisories import active_advisories, advisory_warnings


@dataclass(frozen=True, slots=True)
class ReportedOrder:
    """Whose run it was. `buildpack` has name and version; `digest` is that of the whole request."""

    app: str
    stack: str
    source: dict[str, str]
    buildpack: dict[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class RecordedReport:
    id: int
    is_new: bool


def record_report(
    *, order: ReportedOrder, run: ReportedRun, caller: Caller, idempotency_key: str = ""
) -> RecordedReport:
    """Makes the build with its steps and logs; sent again, by key or by body, it finds the build made then.

    Raises Refusal `stack::unknown`, `idempotency::reused`.
    """
    caller.check_stack(order.stack)
    stack = _published_stack(order.stack)
    key = idempotency_key or f"sha256:{order.digest}"
    found = _find(caller, key, order.digest)
    if found is not None:
        return found
    reported = read_report(run, stack=stack)
    try:
        return _insert(order, run, reported, stack=stack, caller=caller, key=key)
    except IntegrityError:
        # The same report won the race on another connection, and committed between our look and our insert.
        found = _find(caller, key, order.digest)
        if found is None:
            raise
        return found


@transaction.atomic
def _insert(
    order: ReportedOrder,
    run: ReportedRun,
    reported: ReportedBuild,
    *,
    stack: StackEntry,
    caller: Caller,
    key: str,
) -> RecordedReport:
    taken = take_number(app_name=order.app)
    instants = run_instants(
        started=run.started_at, finished=run.finished_at, total_seconds=reported.total_seconds, now=taken.now
    )
    version = reported.python_version
    build = Build.objects.create(
        app=taken.app,
        number=taken.number,
        stack=order.stack,
        arch=stack.archs[0] if stack.archs else "amd64",
        status=reported.status,
        trigger=REPORT_TRIGGER,
        source=order.source | {"url": without_credentials(order.source.get("url", ""))},
        builder=order.buildpack,
        requested_by_id=caller.actor.user_id,
        requested_by_name=caller.actor.name,
        idempotency_scope=caller.key,
        idempotency_key=key,
        idempotency_digest=order.digest,
        package_manager=reported.package_manager,
        request_version=reported.request_version,
        request_origin=reported.request_origin,
        python_version=str(version) if version else "",
        python_major=version.major if version else None,
        python_minor=version.minor if version else None,
        python_patch=version.patch if version else None,
        is_python_pinned=reported.is_pinned if version else None,
        warnings=[
            *(oddity_document(oddity) for oddity in reported.oddities),
            *advisory_warnings(version, active_advisories()),
        ],
        detection=detection_document(reported),
        failure_code=reported.failure_code,
        failure_detail=reported.failure_detail,
        report=reported.report,
        created_at=instants.started_at,
        started_at=instants.started_at,
        finished_at=instants.finished_at,
    )
    _insert_steps(build, reported.steps, finished_at=instants.finished_at, received_at=taken.now)
    group_failure(
        build_id=build.pk, code=reported.failure_code, detail=reported.failure_detail, now=instants.finished_at
    )
    count_late_build(build=build)
    keep_detection(build_id=build.pk)
    return RecordedReport(build.pk, is_new=True)


def _insert_steps(
    build: Build, steps: tuple[ReportedStep, ...], *, finished_at: datetime, received_at: datetime
) -> None:
    """A report tells how long a step took, not when; so the step has a duration and no beginning."""
    for reported in steps:
        step = Step(
            build=build,
            name=reported.name,
            status=reported.status,
            exit_code=reported.exit_code,
            skip_reason=reported.skip_reason,
            finished_at=finished_at,
            duration_ms=None if reported.duration_seconds is None else round(reported.duration_seconds * 1000),
        )
        data = masked(reported.data)
        rows = log_rows(step=step, data=data, received_at=received_at)
        step.is_log_masked = data != reported.data
        Step.objects.bulk_create([step])
        LogChunk.objects.bulk_create(rows)


def _find(caller: Caller, key: str, digest: str) -> RecordedReport | None:
    build = Build.objects.filter(idempotency_scope=caller.key, idempotency_key=key).first()
    if build is None:
        return None
    if build.idempotency_digest != digest:
        raise Refusal("idempotency::reused", key=key)
    return RecordedReport(build.pk, is_new=False)


def _published_stack(name: str) -> StackEntry:
    try:
        published = published_table()
    except Refusal as refusal:
        # Before the first publication there are no stacks.
        raise Refusal("stack::unknown", stack=name) from refusal
    stack = published.table.find_stack(name)
    if stack is None:
        raise Refusal("stack::unknown", stack=name)
    return stack


def json_digest(document: object) -> str:
    """SHA-256 in hex of what was sent, by which a report that is sent twice is recognised, however it is laid out."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
