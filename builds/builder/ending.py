"""The end of a build: what is reported, and what whoever waits at the terminal reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from builds.builder.failures import BuildLost
from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal
from builds.builder.step_log import Recorder
from builds.builder.terminal import Terminal
from builds.domain.messages import explain
from builds.domain.statuses import BuildStatus

_LOG_PATIENCE_SECONDS = 600.0
_STOPPED_PATIENCE_SECONDS = 5.0  # whoever stops a builder wants it gone, and a portal that stops too is not coming back
_RETRY_SECONDS = 1.5
_MAX_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Ending:
    """How a build ended. `failure_code` is empty unless it failed."""

    status: BuildStatus
    report: Mapping[str, object]
    failure_code: str = ""
    failure_detail: str = ""
    failure_text: str = ""


def report_end(ending: Ending, portal: Portal, hold: Hold, recorder: Recorder, terminal: Terminal) -> None:
    """Sends the rest of the logs, ends the build at the portal, and says how it went.

    Raises BuildLost when the build was taken away meanwhile, PortalAway when the logs or the end do not arrive.
    """
    _say(ending, terminal)
    is_success = ending.status is BuildStatus.SUCCEEDED
    is_stopped = ending.status is BuildStatus.CANCELLED
    patience = _STOPPED_PATIENCE_SECONDS if is_stopped else _LOG_PATIENCE_SECONDS
    try:
        if not recorder.wait_for_reports(patience) and not is_stopped:
            raise PortalAway("it does not take what is reported of the steps")
    except PortalRefusal as refusal:
        raise BuildLost(str(refusal)) from refusal
    recorder.wait_for_logs(patience)
    outcome: dict[str, object] = {
        "status": ending.status,
        "report": ending.report,
        "logs": recorder.log_summaries(),
    }
    if not is_success and ending.failure_code:
        outcome["failure"] = {"code": ending.failure_code, "detail": ending.failure_detail}
    try:
        for _ in range(1 if is_stopped else _MAX_ATTEMPTS):
            if portal.finish(hold, outcome):
                return
            recorder.wait_for_logs(_RETRY_SECONDS)
    except PortalRefusal as refusal:
        raise BuildLost(str(refusal)) from refusal
    raise PortalAway("it does not confirm the logs of the build")


def report_rest(recorder: Recorder) -> None:
    """Waits until what was printed after the build's end has arrived too. Raises PortalAway when it does not."""
    if not (recorder.wait_for_reports(_LOG_PATIENCE_SECONDS) and recorder.wait_for_logs(_LOG_PATIENCE_SECONDS)):
        raise PortalAway("it does not take the rest of the logs")


def _say(ending: Ending, terminal: Terminal) -> None:
    if ending.status is BuildStatus.SUCCEEDED:
        terminal.step("Built")
        return
    if ending.status is BuildStatus.CANCELLED:
        terminal.failure("The build was stopped.")
        return
    explanation = explain(ending.failure_code, {"detail": ending.failure_detail})
    text = ending.failure_text or f"{explanation.title}\n{explanation.text}\n{explanation.advice}"
    terminal.failure(f"{text}\n({ending.failure_code})")
