"""The steps of a build as its page shows them: strip, log, rail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from builds.domain.log_lines import LineKind
from builds.domain.statuses import BuildStatus, StepName, StepStatus
from builds.pages.log_html import log_html
from builds.selectors.log_errors import error_counts
from builds.selectors.log_windows import EMPTY, LogWindow, log_end
from builds.selectors.step_rows import StepRow

INLINE_LINES = 200  # a closed step with no more is on the page all the same; a longer one is a link away
TONES = {StepStatus.SUCCEEDED: "good", StepStatus.FAILED: "bad", StepStatus.RUNNING: "run"}


@dataclass(frozen=True, slots=True)
class StepPart:
    """`row` is None for a step that was never reported; `error_line` is the first line that looks like an error."""

    name: str
    title: str
    status: StepStatus
    row: StepRow | None
    duration_seconds: float | None
    note: str
    is_open: bool
    html: SafeString | str
    lines_before: int
    is_left_out: bool
    error_count: int
    error_line: int | None


@dataclass(frozen=True, slots=True)
class StripPart:
    """A piece of the strip above the log: per cent of the build's time."""

    title: str
    tone: str
    start: str
    width: str
    duration_seconds: float


def step_parts(
    steps: list[StepRow], *, build_status: BuildStatus, can_read_logs: bool, has_times: bool, now: datetime
) -> list[StepPart]:
    """The reported steps in their order, and among them the usual ones that were not reported, where they belong."""
    counts = error_counts(steps) if can_read_logs else {}
    parts = [
        _reported(step, counts.get(step.id, 0), can_read_logs=can_read_logs, has_times=has_times, now=now)
        for step in steps
    ]
    order = [name.value for name in StepName]
    for name in StepName:
        if all(part.name != name for part in parts):
            followers = order[order.index(name) + 1 :]
            place = next((index for index, part in enumerate(parts) if part.name in followers), len(parts))
            parts.insert(place, _missing(name, build_status))
    return parts


def strip_parts(parts: Iterable[StepPart]) -> list[StripPart]:
    """Each step that took time, as wide as its share of it."""
    timed = [(part, part.duration_seconds) for part in parts if part.duration_seconds]
    total = sum(seconds for _part, seconds in timed)
    strip, start = [], 0.0
    for part, seconds in timed:
        width = 100 * seconds / total
        strip.append(StripPart(part.title, TONES.get(part.status, "idle"), f"{start:.2f}%", f"{width:.2f}%", seconds))
        start += width
    return strip


def build_fingerprint(status: BuildStatus, steps: list[StepRow]) -> str:
    """Changes when anything but the log's length does."""
    return ",".join([status.value, *(f"{step.name}={step.status.value}" for step in steps)])


def has_times_of(request: HttpRequest) -> bool:
    """Whether the page is asked to say beside each line when it came."""
    return request.GET.get("times") == "1"


def step_title(name: str) -> str:
    """How people call a step; a step that only a stranger's builder knows keeps its name."""
    titles: dict[str, str] = {
        "fetch_source": _("Fetch the source"),
        StepName.DETECT: _("Detect"),
        StepName.RESOLVE: _("Resolve Python version"),
        StepName.PRE_COMPILE: _("pre_compile hook"),
        StepName.INSTALL_PYTHON: _("Install Python"),
        StepName.INSTALL_DEPENDENCIES: _("Install dependencies"),
        StepName.POST_COMPILE: _("post_compile hook"),
        "boot_check": _("Boot check"),
        StepName.POSTDEPLOY: _("postdeploy hook"),
    }
    return titles.get(name, name)


def _reported(step: StepRow, error_count: int, *, can_read_logs: bool, has_times: bool, now: datetime) -> StepPart:
    is_open = step.status in {StepStatus.FAILED, StepStatus.RUNNING}
    is_shown = can_read_logs and step.log_size > 0 and (is_open or step.line_count <= INLINE_LINES)
    window: LogWindow = log_end(step) if is_shown else EMPTY
    errors = [line.number for line in window.lines if line.kind is LineKind.ERROR]
    duration = step.duration_seconds
    if duration is None and step.status is StepStatus.RUNNING and step.started_at is not None:
        duration = max((now - step.started_at).total_seconds(), 0.0)
    return StepPart(
        name=step.name,
        title=step_title(step.name),
        status=step.status,
        row=step,
        duration_seconds=duration,
        note=_note(step, can_read_logs),
        is_open=is_open,
        html=log_html(window, has_times=has_times),
        lines_before=window.lines_before,
        is_left_out=can_read_logs and step.log_size > 0 and not is_shown,
        error_count=max(error_count, len(errors)),  # the one is of the whole log, the other includes the open line
        error_line=errors[0] if errors else None,
    )


def _note(step: StepRow, can_read_logs: bool) -> str:  # noqa: FBT001 - private, named by its caller
    if step.status is StepStatus.SKIPPED:
        return step.skip_reason
    if step.log_size == 0:
        return _("It has printed nothing yet.") if step.status is StepStatus.RUNNING else _("It printed nothing.")
    return "" if can_read_logs else _("Your account may not read logs, since they can hold secrets of the app.")


def _missing(name: StepName, build_status: BuildStatus) -> StepPart:
    is_over = build_status.is_over
    if not is_over:
        note = _("Not reached yet.")
    elif build_status is BuildStatus.SUCCEEDED:
        note = _("The builder did not report this step.")
    else:
        note = _("The build ended before this step.")
    return StepPart(
        name=name.value,
        title=step_title(name),
        status=StepStatus.SKIPPED if is_over else StepStatus.PENDING,
        row=None,
        duration_seconds=None,
        note=note,
        is_open=False,
        html="",
        lines_before=0,
        is_left_out=False,
        error_count=0,
        error_line=None,
    )
