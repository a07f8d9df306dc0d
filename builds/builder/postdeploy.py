"""The Procfile's `postdeploy` command: it runs after the build has succeeded, and its outcome is its own."""

from builds.builder.failures import BuildCancelled, BuildFailure, BuildLost, Interrupted
from builds.builder.procfile import absence, procfile_command
from builds.builder.step_log import Recorder, StepLog
from builds.builder.terminal import Terminal
from builds.builder.workshop import Workshop
from builds.domain.messages import explain
from builds.domain.statuses import StepName

TIMEOUT_SECONDS = 20 * 60.0
_TIMED_OUT = 124  # what timeout(1) answers
_TITLE = "Running the postdeploy command"
CODE = "hooks::postdeploy"


def announce_postdeploy(workshop: Workshop, recorder: Recorder) -> str | None:
    """The command, announced to the portal while the build still runs; None, and reported as skipped, without one.

    A build that ends with the step announced keeps its lease for it.
    """
    command = procfile_command(workshop.app, StepName.POSTDEPLOY)
    if command is None:
        recorder.skip(StepName.POSTDEPLOY, _TITLE, absence(workshop.app, StepName.POSTDEPLOY))
    else:
        recorder.announce(StepName.POSTDEPLOY)
    return command


def run_postdeploy(
    command: str,
    workshop: Workshop,
    recorder: Recorder,
    terminal: Terminal,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Runs the command as the app's hooks run. What goes wrong is reported and told, and raises nothing."""
    try:
        with recorder.step(StepName.POSTDEPLOY, _TITLE, command) as log:
            _run(command, workshop, log, timeout_seconds)
    except BuildFailure as failure:
        explanation = explain(CODE, {"detail": failure.detail})
        terminal.failure(f"{explanation.title}\n{explanation.text}\n{explanation.advice}\n({CODE})")


def _run(command: str, workshop: Workshop, log: StepLog, timeout_seconds: float) -> None:
    try:
        log.exit_code = workshop.run(["bash", "-c", command], log.output, timeout_seconds=timeout_seconds)
    except BuildFailure as failure:
        log.exit_code = _TIMED_OUT
        raise BuildFailure(CODE, failure.detail) from failure
    except (BuildCancelled, BuildLost, Interrupted) as error:
        raise BuildFailure(CODE, "it was stopped") from error
    if log.exit_code:
        raise BuildFailure(CODE, f"exit status {log.exit_code}")
