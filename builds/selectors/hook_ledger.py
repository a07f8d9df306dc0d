"""An app's hooks over its latest builds: how often each ran and failed, how long it took, how near to its limit."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from builds.domain.durations import percentile
from builds.domain.hooks import HOOK_LIMIT_SECONDS, HOOKS
from builds.domain.statuses import StepName, StepStatus
from builds.models import App, Build, Step
from builds.selectors.step_rows import duration_seconds

BUILDS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class HookRun:
    """A hook in one build: it ran, or `skip_reason` says why not."""

    build_id: int
    build_number: int
    created_at: datetime
    status: StepStatus
    exit_code: int | None
    duration_seconds: float | None
    skip_reason: str
    log_size: int


@dataclass(frozen=True, slots=True)
class HookLedger:
    """One hook's runs, newest first, and what they add up to. Percentages are None before the first run."""

    name: StepName
    runs: list[HookRun]

    @property
    def ran(self) -> list[HookRun]:
        return [run for run in self.runs if run.status in {StepStatus.SUCCEEDED, StepStatus.FAILED}]

    @property
    def failures(self) -> int:
        return sum(run.status is StepStatus.FAILED for run in self.runs)

    @property
    def failure_percent(self) -> float | None:
        return 100 * self.failures / len(self.ran) if self.ran else None

    @property
    def median_seconds(self) -> float | None:
        return self._percentile(0.5)

    @property
    def p95_seconds(self) -> float | None:
        return self._percentile(0.95)

    @property
    def limit_percent(self) -> float | None:
        """How much of its time limit the longest run took."""
        longest = max((run.duration_seconds for run in self.ran if run.duration_seconds is not None), default=None)
        return None if longest is None else 100 * longest / HOOK_LIMIT_SECONDS

    def _percentile(self, fraction: float) -> float | None:
        return percentile(((run.duration_seconds, 1) for run in self.ran if run.duration_seconds is not None), fraction)


def hook_ledgers(*, app_name: str) -> list[HookLedger]:
    """One ledger for each hook, over the app's latest builds, in three queries; empty for an unknown app."""
    app_id = App.objects.filter(name=app_name).values_list("pk", flat=True).first()
    if app_id is None:
        return []
    latest = Build.objects.filter(app_id=app_id).newest_first().values_list("pk", "number", "created_at")
    builds = {pk: (number, created_at) for pk, number, created_at in latest[:BUILDS_LOOKED_AT]}
    runs: dict[str, list[HookRun]] = defaultdict(list)
    for step in Step.objects.filter(build_id__in=list(builds), name__in=HOOKS).order_by("-build_id"):
        number, created_at = builds[step.build_id]
        run = HookRun(
            step.build_id, number, created_at, StepStatus(step.status), step.exit_code, duration_seconds(step),
            step.skip_reason, step.log_size,
        )  # fmt: skip
        runs[step.name].append(run)
    return [HookLedger(hook, sorted(runs[hook], key=lambda run: run.created_at, reverse=True)) for hook in HOOKS]
