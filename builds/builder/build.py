"""The story of one build, in the order that the contract tells it.

Detect, run `pre_compile`, read the files again and ask for the release, install Python and the dependencies, run
`post_compile`; every step reported while it happens, and the end whatever it is. After a success, `postdeploy`.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builds.builder import VERSION
from builds.builder.beginning import begin_build, hold_shelf, kept_answers
from builds.builder.boot_check import check_boot
from builds.builder.dependencies import install_dependencies
from builds.builder.downloading import cache_folder
from builds.builder.ending import Ending, report_end, report_rest
from builds.builder.failures import BuildCancelled, BuildFailure, BuildLost, Interrupted, NotBuildable
from builds.builder.hooks import hook_command, hook_path, run_hook, shown_command, skip_reason
from builds.builder.interpreter import install_python
from builds.builder.interruption import interruptible
from builds.builder.inventory import installed_packages
from builds.builder.kept_table import local_answer
from builds.builder.lease import Lease
from builds.builder.offline import OfflinePortal
from builds.builder.order import Confinement, Order, confinement_of
from builds.builder.portal import PATIENCE_SECONDS, Hold, Portal, PortalAway, PortalRefusal
from builds.builder.postdeploy import announce_postdeploy, run_postdeploy
from builds.builder.sources import copy_source, source_tree
from builds.builder.step_log import Recorder
from builds.builder.terminal import Terminal
from builds.builder.workshop import Workshop
from builds.domain.messages import explain
from builds.domain.source_document import source_document
from builds.domain.statuses import BuildStatus, StepName
from versions.archives.sandbox import sandbox_state
from versions.archives.slots import Slot, taken_slot, work_folder
from versions.domain.refusals import Refusal
from versions.domain.resolution import ORIGIN_DEFAULT
from versions.domain.table import Ruleset

_DETECT_PATIENCE_SECONDS = 20.0  # a build that can go on without the portal does not wait for long


def build_app(order: Order, portal: Portal, terminal: Terminal) -> BuildStatus:
    """Builds the app and answers how it ended.

    Raises NotBuildable when no build could be begun, BuildLost when it was taken away, PortalAway when the portal
    stayed away so long that its end could not be reported.
    """
    confinement = needed_confinement(order)
    with taken_slot() as slot, work_folder(slot) as folder:
        source = copy_source(order.directory, folder / "app")
        portal, hold = begin_build(order, source, portal, terminal)
        with Lease(portal, hold) as lease, interruptible(lease, portal):
            ending = build_held(order, hold, lease, portal, terminal, Site(folder, slot, confinement))
            if isinstance(portal, OfflinePortal):
                delivered = portal.deliver(folder / "spool")
                terminal.note(f"Delivered as build {delivered.number} of {order.app}: {delivered.url}")
    return ending


@dataclass(frozen=True, slots=True)
class Site:
    """Where a build is made. `fetch` brings the app into the folder `app`, where it is not there from the beginning."""

    folder: Path
    slot: Slot
    confinement: Confinement
    fetch: Callable[[Recorder], None] | None = None


def build_held(order: Order, hold: Hold, lease: Lease, portal: Portal, terminal: Terminal, site: Site) -> BuildStatus:
    """The story of a build that is ours already, to its reported end. Raises BuildLost and PortalAway."""
    spool = site.folder / "spool"
    spool.mkdir(mode=0o700)
    secrets = (portal.token, *order.variables.values())
    recorder = Recorder(portal, hold, terminal, spool=spool, secrets=secrets, on_lost=lease.lose)
    workshop = Workshop(site.folder, order, site.slot, site.confinement, lease.check)
    build = _Build(order, portal, terminal, workshop, recorder, hold, lease.check, site.fetch)
    ending = _ended(build, site.confinement)
    _conclude(build, ending)
    return ending.status


def needed_confinement(order: Order) -> Confinement:
    """How the order's commands are run on this machine. Raises NotBuildable when they may not be."""
    confinement = confinement_of(order, sandbox_state())
    if confinement is None:
        explanation = explain("builder::no-sandbox", {"detail": sandbox_state().reason})
        raise NotBuildable(f"{explanation.text} {explanation.advice} (builder::no-sandbox)")
    return confinement


def _conclude(build: "_Build", ending: Ending) -> None:
    """Reports the end. What succeeded is kept where it was asked for, and then its postdeploy command runs."""
    is_built = ending.status is BuildStatus.SUCCEEDED
    try:
        command = announce_postdeploy(build.workshop, build.recorder) if is_built else None
        report_end(ending, build.portal, build.hold, build.recorder, build.terminal)
        if is_built and build.order.output:
            _keep(build.workshop.app, build.order.output, build.terminal)
        if command is not None:
            run_postdeploy(command, build.workshop, build.recorder, build.terminal)
            report_rest(build.recorder)
    except PortalRefusal as refusal:
        raise BuildLost(str(refusal)) from refusal


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
    fetch: Callable[[Recorder], None] | None


def _ended(build: _Build, confinement: Confinement) -> Ending:
    """Runs the story to whichever end it has. What nobody foresaw is reported as the builder's failure and raised."""
    report: dict[str, object] = {
        "sandbox": confinement.note,
        "builder_version": VERSION,
        "variables": sorted(build.order.variables),
    }
    try:
        return _told(build, report)
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


def _told(build: _Build, report: dict[str, object]) -> Ending:
    """The end that the story came to, with what is installed by then: that explains failures as well."""
    ending = Ending(BuildStatus.SUCCEEDED, report)
    try:
        _tell(build, report)
    except BuildFailure as failure:
        ending = Ending(BuildStatus.FAILED, report, failure.code, failure.detail, failure.text)
    packages = installed_packages(build.workshop)
    if packages is not None:
        report["packages"] = packages
    return ending


def _tell(build: _Build, report: dict[str, object]) -> None:
    if build.fetch:
        build.fetch(build.recorder)
    ruleset = _detect(build, report)
    build.workshop.hand_over()
    _run_hook(build, StepName.PRE_COMPILE)
    # The documentation knows no stickiness, so only today's rules are told of the last build.
    previous = build.hold.previous_release if ruleset == Ruleset.CURRENT else None
    detection = _resolve(build, report, previous)
    release = detection["release"]
    report["python_version"] = release["version"]
    with build.recorder.step(StepName.INSTALL_PYTHON, f"Installing Python {release['version']}") as log:
        install_python(release, build.workshop, log, portal=build.portal, cache=cache_folder(), check=build.check)
    shown = " && ".join(shown_command(command) for command in detection["install_commands"])
    manager = report["package_manager"] = str(detection["package_manager"])
    with build.recorder.step(StepName.INSTALL_DEPENDENCIES, f"Installing dependencies with {manager}", shown) as log:
        report["package_manager_version"] = install_dependencies(detection, build.workshop, log)
    _run_hook(build, StepName.POST_COMPILE)
    if build.order.is_boot_checked:
        check_boot(build.workshop, build.recorder)


def _detect(build: _Build, report: dict[str, object]) -> str:
    """The rules that the stack's apps are under."""
    with build.recorder.step(StepName.DETECT, "Detecting the app") as log:
        if not build.workshop.confinement.is_sandboxed:
            log.say(f"Sandbox: {build.workshop.confinement.note}")
        answer = _ask(build, report)
        if not answer["detected"]:
            build.recorder.put_detection(answer)
            names = sorted(path.name for path in build.workshop.app.iterdir())
            raise BuildFailure("detection::not-python", ", ".join(names)[:500] or "nothing")
        log.say(f"Python app, dependencies by {answer['package_manager'] or 'nothing known yet'}")
        return str(answer["ruleset"])


def _resolve(build: _Build, report: dict[str, object], previous: str | None) -> dict[str, Any]:
    """The answer that this build uses: the files are read once more, since the hook may have changed them."""
    with build.recorder.step(StepName.RESOLVE, "Choosing the Python release") as log:
        answer = _ask(build, report, previous)
        if "offline_revision" in report:
            log.say("The portal is away; this is answered from the table that the builder kept")
        build.recorder.put_detection(answer)
        for warning in (*answer["warnings"], *(answer.get("advisories") or ())):
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
    hold, request = answer.get("hold"), answer["request"]
    if hold or request is None:
        who = hold["by"] if hold else "the portal"
        version, revision = answer["release"]["version"], answer["revision"]
        return f"Python {version}, at which {who} holds the app (revision {revision} of the table)"
    is_default = request["origin"] == ORIGIN_DEFAULT
    asked = (
        f"{request['version']}, the stack's default" if is_default else f"{request['version']} from {request['origin']}"
    )
    return f"Python {answer['release']['version']} for {asked} (revision {answer['revision']} of the table)"


def _ask(build: _Build, report: dict[str, object], previous: str | None = None) -> dict[str, Any]:
    """Detection's answer for the files as they are now: the portal's, or from the kept table while it is away."""
    files = source_document(source_tree(build.workshop.app))
    order = build.order
    question: dict[str, object] = {"app": order.app, "stack": order.stack, "arch": order.arch, "files": files}
    if previous:
        question["previous"] = previous
    kept = build.portal.kept if isinstance(build.portal, OfflinePortal) else kept_answers(build.portal, order.app)
    try:
        answer = build.portal.detect(question, patience=_DETECT_PATIENCE_SECONDS if kept else PATIENCE_SECONDS)
    except PortalAway:
        if kept is None:
            raise
        answer = local_answer(question, kept)
        report["offline_revision"] = kept.revision
    else:
        if answer["detected"] and not isinstance(build.portal, OfflinePortal):
            hold_shelf(build.portal, order.app).keep(answer.get("hold"))
    if kept and isinstance(build.portal, OfflinePortal):
        report["offline_revision"] = kept.revision
    return answer


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
