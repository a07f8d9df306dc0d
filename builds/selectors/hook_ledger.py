"""An app's hooks over its latest builds: how often each ran and failed, how long it took, how near to its limit."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, FloatField
from django.db.models.functions import Cast, Coalesce, Extract

from builds.domain.durations import percentile
from builds.domain.hooks import HOOK_LIMIT_SECONDS, HOOKS, REPORT_TRIGGER
from builds.domain.statuses import StepName, StepStatus
from builds.models import App, Build, Step
from builds.querysets import BuildQuerySet, Place

BUILDS_LOOKED_AT = 200
BUILDS_AT_ONCE = 1000  # of an export
# What the builder measured, else the time between the instants, which the database subtracts: reading two instants for
# each of hundreds of runs takes longer than finding the runs.
_SECONDS = Coalesce(
    Cast("duration_ms", FloatField()) / 1000,
    Cast(Extract(F("finished_at") - F("started_at"), "epoch"), FloatField()),
)


@dataclass(frozen=True, slots=True)
class HookRun:
    """A hook in one build: it ran, or `skip_reason` says why not.

    `limit_seconds` is None where nobody knows the limit: buildpacks that only report have limits of their own.
    """

    name: StepName
    build_id: int
    build_number: int
    created_at: datetime
    status: StepStatus
    exit_code: int | None
    duration_seconds: float | None
    skip_reason: str
    log_size: int
    limit_seconds: float | None

    @property
    def has_run(self) -> bool:
        return self.status in {StepStatus.SUCCEEDED, StepStatus.FAILED}

    @property
    def limit_percent(self) -> float | None:
        """How much of its time limit it took."""
        if self.duration_seconds is None or self.limit_seconds is None or not self.has_run:
            return None
        return 100 * self.duration_seconds / self.limit_seconds


@dataclass(frozen=True, slots=True)
class HookLedger:
    """One hook's runs, newest first, and what they add up to.

    `ran` counts those that did run and are over. Seconds and percentages are None where no such run told any.
    """

    name: StepName
    runs: list[HookRun]
    ran: int
    failures: int
    failure_percent: float | None
    median_seconds: float | None
    p95_seconds: float | None
    limit_percent: float | None


def hook_ledgers(*, app_name: str) -> list[HookLedger]:
    """One ledger for each hook, over the app's latest builds, in three queries; empty for an unknown app."""
    app_id = _app_id(app_name)
    if app_id is None:
        return []
    runs, _place = _runs(app_id, before=None, builds=BUILDS_LOOKED_AT)
    return [_ledger(hook, [run for run in runs if run.name == hook]) for hook in HOOKS]


def every_hook_run(*, app_name: str) -> Iterator[HookRun]:
    """All runs of the app's hooks, newest build first, read in batches as they are taken."""
    app_id = _app_id(app_name)
    place: Place | None = None
    while app_id is not None:
        runs, place = _runs(app_id, before=place, builds=BUILDS_AT_ONCE)
        yield from runs
        if place is None:
            return


def _app_id(name: str) -> int | None:
    return App.objects.filter(name=name).values_list("pk", flat=True).first()


def _runs(app_id: int, *, before: Place | None, builds: int) -> tuple[list[HookRun], Place | None]:
    """The hooks of that many builds, in the hooks' order within each, and where the next builds start."""
    rows: BuildQuerySet = Build.objects.filter(app_id=app_id)
    rows = (rows.older_than(before) if before else rows).newest_first()
    found = list(rows.values_list("pk", "number", "created_at", "trigger")[:builds])
    about = {pk: (number, created_at, trigger) for pk, number, created_at, trigger in found}
    runs: dict[tuple[int, str], HookRun] = {}
    steps = Step.objects.filter(build_id__in=list(about), name__in=HOOKS).annotate(seconds=_SECONDS)
    for build_id, name, status, exit_code, seconds, skip_reason, log_size in steps.values_list(
        "build_id", "name", "status", "exit_code", "seconds", "skip_reason", "log_size"
    ):
        number, created_at, trigger = about[build_id]
        runs[build_id, name] = HookRun(
            name=StepName(name),
            build_id=build_id,
            build_number=number,
            created_at=created_at,
            status=StepStatus(status),
            exit_code=exit_code,
            duration_seconds=None if seconds is None else round(seconds, 3),
            skip_reason=skip_reason,
            log_size=log_size,
            limit_seconds=None if trigger == REPORT_TRIGGER else HOOK_LIMIT_SECONDS,
        )
    in_order = [run for pk in about for hook in HOOKS if (run := runs.get((pk, hook))) is not None]
    return in_order, Place(found[-1][2], found[-1][0]) if len(found) == builds else None


def _ledger(name: StepName, runs: list[HookRun]) -> HookLedger:
    ran = [run for run in runs if run.has_run]
    failures = sum(run.status is StepStatus.FAILED for run in ran)
    lengths = [(run.duration_seconds, 1) for run in ran if run.duration_seconds is not None]
    return HookLedger(
        name=name,
        runs=runs,
        ran=len(ran),
        failures=failures,
        failure_percent=100 * failures / len(ran) if ran else None,
        median_seconds=percentile(lengths, 0.5),
        p95_seconds=percentile(lengths, 0.95),
        limit_percent=max((run.limit_percent for run in ran if run.limit_percent is not None), default=None),
    )
