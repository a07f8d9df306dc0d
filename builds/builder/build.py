"""The story of one build, in the order that the contract tells it.

Detect, run `pre_compile`, read the files again and ask for the release, install Python and the dependencies, run
`post_compile`; every step reported while it happens, and the end whatever it is.
"""

import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builds.builder import NAME, VERSION
from builds.builder.dependencies import install_dependencies
from builds.builder.downloading import cache_folder
from builds.builder.ending import Ending, report_end
from builds.builder.failures import BuildCancelled, BuildFailure, BuildLost, Interrupted, NotBuildable
from builds.builder.hooks import hook_command, hook_path, run_hook, shown_command, skip_reason
from builds.builder.interpreter import install_python
from builds.builder.interruption import interruptible
from builds.builder.lease import Lease
from builds.builder.order import Confinement, Order, confinement_of
from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal
from builds.builder.sources import SourceCopy, copy_source, source_tree
from builds.builder.step_log import Recorder
from builds.builder.terminal import Terminal
from builds.builder.workshop import Workshop
from builds.domain.messages import explain
from builds.domain.source_document import source_document
from builds.domain.statuses import BuildStatus, StepName
from versions.archives.sandbox import sandbox_state
from versions.archives.slots import taken_slot, work_folder
from versions.domain.refusals import Refusal
from versions.domain.resolution import ORIGIN_DEFAULT


def build_app(order: Order, portal: Portal, terminal: Terminal) -> BuildStatus:
    """Builds the app and answers how it ended.

    Raises NotBuildable when no build could be begun, BuildLost when it was taken away, PortalAway when the portal
    stayed away so long that its end could not be reported.
    """
    confinement = confinement_of(order, sandbox_state())
    if confinement is None:
        explanation = explain("builder::no-sandbox", {"detail": sandbox_state().reason})
        raise NotBuildable(f"{explanation.text} {explanation.advice} (builder::no-sandbox)")
    with taken_slot() as slot, work_folder(slot) as folder:
        source = copy_source(order.directory, folder / "app")
        (folder / "spool").mkdir(mode=0o700)
        hold = _begin(order, source, portal)
        terminal.note(f"Build {hold.number} of {order.app} on {order.stack}: {hold.url}")
        with Lease(portal, hold) as lease, interruptible(lease, portal):
            workshop = Workshop(folder, order, slot, confinement, lease.check)
            recorder = Recorder(
                portal,
                hold,
                terminal,
                spool=folder / "spool",
                secrets=(portal.token, *order.variables.values()),
                on_lost=lease.lose,
            )
            build = _Build(order, portal, terminal, workshop, recorder, hold, lease.check)
            ending = _ended(build, confinement)
            report_end(ending, portal, hold, recorder, terminal)
        if ending.status is BuildStatus.SUCCEEDED and order.output:
            _keep(workshop.app, order.output, terminal)
    return ending.status


@dataclass(frozen=True, slots=True)
class _Build:
    """What every step of the story needs."""

    order: Order
    portal: Portal
    terminal: Terminal
    workshop: Workshop
    recorder: Recorder
    hold: Hold
    check: Callable[[], None]


def _begin(order: Order, source: SourceCopy, portal: Portal) -> Hold:
    """Makes the build at the portal. Raises NotBuildable with a sentence about whatever is in the way."""
    request = {
        "app": order.app,
        "stack": order.stack,
        "arch": order.arch,
        "source": {"kind": "folder", "ref": order.directory.resolve().name, "sha256": source.sha256},
        "builder": {"name": NAME, "version": VERSION},
        "trigger": order.trigger,
    }
    try:
        return portal.create_build(request, idempotency_key=uuid.uuid4().hex)
    except PortalAway as error:
        raise NotBuildable(f"The portal at {portal.url} cannot be reached: {error}.") from error
    except PortalRefusal as refusal:
        explanation = refusal.detail or refusal.title
        raise NotBuildable(
            f"The portal refuses the build: {explanation} ({refusal.code or refusal.status})"
        ) from refusal


def _ended(build: _Build, confinement: Confinement) -> Ending:
    """Runs the story to whichever end it has. What nobody foresaw is reported as the builder's failure and raised."""
    report: dict[str, object] = {"sandbox": confinement.note, "builder_version": VERSION}
    try:
        _tell(build, report)
    except BuildFailure as failure:
        return Ending(BuildStatus.FAILED, report, failure.code, failure.detail, failure.text)
    except (BuildCancelled, Interrupted):
        return Ending(BuildStatus.CANCELLED, report)
    except BuildLost:
        build.recorder.give_up()
        raise
    except PortalRefusal as refusal:
        if refusal.code in {"build::over", "build::fence-stale"}:
            build.recorder.give_up()
            raise BuildLost(str(refusal)) from refusal
        return Ending(BuildStatus.FAILED, report, "builder::internal-error", f"the portal answers {refusal}")
    except (OSError, Refusal) as error:
        return Ending(BuildStatus.FAILED, report, "builder::internal-error", str(error))
    except Exception as error:
        ending = Ending(BuildStatus.FAILED, report, "builder::internal-error", type(error).__name__)
        report_end(ending, build.portal, build.hold, build.recorder, build.terminal)
        raise
    return Ending(BuildStatus.SUCCEEDED, report)


def _tell(build: _Build, report: dict[str, object]) -> None:
    _detect(build)
    build.workshop.hand_over()
    _run_hook(build, StepName.PRE_COMPILE)
    detection = _resolve(build)
    release = detection["release"]
    report["python_version"] = release["version"]
    with build.recorder.step(StepName.INSTALL_PYTHON, f"Installing Python {release['version']}") as log:
        install_python(release, build.workshop, log, portal=build.portal, cache=cache_folder(), check=build.check)
    commands = detection["install_commands"]
    shown = " && ".join(shown_command(command) for command in commands)
    manager = str(detection["package_manager"])
    with build.recorder.step(StepName.INSTALL_DEPENDENCIES, f"Installing dependencies with {manager}", shown) as log:
        install_dependencies(commands, manager, build.workshop, log)
    _run_hook(build, StepName.POST_COMPILE)


def _detect(build: _Build) -> None:
    with build.recorder.step(StepName.DETECT, "Detecting the app") as log:
        if not build.workshop.confinement.is_sandboxed:
            log.say(f"Sandbox: {build.workshop.confinement.note}")
        answer = _ask(build)
        if not answer["detected"]:
            build.portal.put_detection(build.hold, answer)
            names = sorted(path.name for path in build.workshop.app.iterdir())
            raise BuildFailure("detection::not-python", ", ".join(names)[:500] or "nothing")
        log.say(f"Python app, dependencies by {answer['package_manager'] or 'nothing known yet'}")


def _resolve(build: _Build) -> dict[str, Any]:
    """The answer that this build uses: the files are read once more, since the hook may have changed them."""
    with build.recorder.step(StepName.RESOLVE, "Choosing the Python release") as log:
        answer = _ask(build)
        build.portal.put_detection(build.hold, answer)
        for warning in answer["warnings"]:
            log.say(f"Warning: {warning.get('message') or warning['code']}")
        failure = answer["failure"]
        if failure:
            text = str(failure.get("message") or "")
            log.say(text or str(failure["code"]))
            raise BuildFailure(str(failure["code"]), str(failure.get("detail") or ""), text)
        if not answer["detected"] or not answer["release"]:
            raise BuildFailure("detection::not-python", "the hook has left nothing to detect")
        log.say(_resolution_line(answer))
        return answer


def _resolution_line(answer: Mapping[str, Any]) -> str:
    request = answer["request"]
    is_default = request["origin"] == ORIGIN_DEFAULT
    asked = (
        f"{request['version']}, the stack's default" if is_default else f"{request['version']} from {request['origin']}"
    )
    return f"Python {answer['release']['version']} for {asked} (revision {answer['revision']} of the table)"


def _ask(build: _Build) -> dict[str, Any]:
    """Detection's answer for the files as they are now."""
    files = source_document(source_tree(build.workshop.app))
    return build.portal.detect({"stack": build.order.stack, "arch": build.order.arch, "files": files})


def _run_hook(build: _Build, name: StepName) -> None:
    reason = skip_reason(build.workshop.app, name)
    if reason:
        build.recorder.skip(name, f"Running {hook_path(name)}", reason)
        return
    command = shown_command(hook_command(build.workshop.app, name))
    with build.recorder.step(name, f"Running {hook_path(name)}", command) as log:
        run_hook(name, build.workshop, log)


def _keep(app: Path, output: Path, terminal: Terminal) -> None:
    """Leaves the built app where it was asked for. A full disk there does not undo the build, but is told."""
    try:
        shutil.copytree(app, output, symlinks=True, dirs_exist_ok=False)
    except (OSError, shutil.Error) as error:
        terminal.failure(f"The built app could not be kept in {output}: {error}")
        return
    terminal.note(f"The built app is in {output}")
