"""Runs an unmodified buildpack (`bin/detect`, `bin/compile`, `bin/report`) and reports it while it runs."""

import json
import shutil
import uuid
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from builds.builder.arrows import ArrowSteps
from builds.builder.downloading import cache_folder
from builds.builder.ending import Ending, report_end
from builds.builder.failures import BuildCancelled, BuildFailure, BuildLost, Interrupted, NotBuildable
from builds.builder.interruption import interruptible
from builds.builder.kept_caches import KeptCache, kept_cache
from builds.builder.lease import Lease
from builds.builder.order import Order, confinement_of
from builds.builder.portal import Hold, Portal, PortalAway, PortalRefusal
from builds.builder.sources import SourceCopy, copy_source
from builds.builder.step_log import Recorder
from builds.builder.terminal import Terminal
from builds.builder.workshop import Workshop
from builds.domain.buildpack_reports import ReportedBuild, ReportedRun, read_report
from builds.domain.buildpack_reports.document import detection_document
from builds.domain.buildpack_reports.reading import HOOKS, NO_HOOK
from builds.domain.messages import explain
from builds.domain.statuses import BuildStatus, StepName, StepStatus
from builds.domain.storable import JsonValue
from versions.archives.sandbox import sandbox_state
from versions.archives.slots import taken_slot, work_folder
from versions.domain.document import read_table
from versions.domain.refusals import Refusal
from versions.domain.table import StackEntry

_COMPILE_SECONDS = 60 * 60.0
_SHORT_SECONDS = 60.0
_MAX_REPORT_BYTES = 256 * 1024
_PROGRAMS = ("bin/detect", "bin/compile")


@dataclass(frozen=True, slots=True)
class _Run:
    order: Order
    portal: Portal
    hold: Hold
    workshop: Workshop
    recorder: Recorder
    folders: tuple[str, ...]  # the app, the cache and the variables, as the buildpack sees them
    root: str  # the buildpack, as it sees itself


def run_buildpack(buildpack: Path, order: Order, portal: Portal, terminal: Terminal) -> BuildStatus:
    """Builds the app by the buildpack and answers how it ended. Raises what `build_app` raises."""
    _check(buildpack)
    confinement = confinement_of(order, sandbox_state())
    if confinement is None:
        explanation = explain("builder::no-sandbox", {"detail": sandbox_state().reason})
        raise NotBuildable(f"{explanation.text} {explanation.advice} (builder::no-sandbox)")
    with taken_slot() as slot, work_folder(slot) as folder, ExitStack() as taken:
        source = copy_source(order.directory, folder / "app")
        (folder / "spool").mkdir(mode=0o700)
        scratch = _furnish(buildpack, order, folder / "scratch")
        cache = taken.enter_context(_cache(buildpack, order, portal))
        cache.bring(scratch / "cache")
        hold = _begin(buildpack, order, source, portal)
        terminal.note(f"Build {hold.number} of {order.app} on {order.stack}: {hold.url}")
        with Lease(portal, hold) as lease, interruptible(lease, portal):
            # A buildpack reads the app's variables from their folder and exports them itself, or does not.
            workshop = Workshop(folder, replace(order, variables={}), slot, confinement, lease.check)
            workshop.hand_over()
            secrets = (portal.token, *order.variables.values())
            recorder = Recorder(portal, hold, terminal, spool=folder / "spool", secrets=secrets, on_lost=lease.lose)
            place = "/scratch" if confinement.is_sandboxed else str(scratch)
            folders = (workshop.root, f"{place}/cache", f"{place}/env")
            run = _Run(order, portal, hold, workshop, recorder, folders, f"{place}/buildpack")
            ending = _ended(run)
            report_end(ending, portal, hold, recorder, terminal)
        if ending.status is BuildStatus.SUCCEEDED:
            cache.keep(scratch / "cache")
    return ending.status


def _cache(buildpack: Path, order: Order, portal: Portal) -> AbstractContextManager[KeptCache]:
    folder = cache_folder().parent / "buildpacks"
    return kept_cache(folder, portal.url, order.app, order.stack, buildpack.resolve().name)


def _check(buildpack: Path) -> None:
    for program in _PROGRAMS:
        if not (buildpack / program).is_file():
            raise NotBuildable(f"{buildpack} is no buildpack: it has no {program}.")


def _furnish(buildpack: Path, order: Order, scratch: Path) -> Path:
    """The buildpack's own copy, and one file for each of the app's variables."""
    scratch.mkdir(mode=0o700)
    try:
        shutil.copytree(buildpack, scratch / "buildpack", symlinks=True)
    except (OSError, shutil.Error) as error:
        raise NotBuildable(f"{buildpack} cannot be copied: {error}.") from error
    (scratch / "env").mkdir()
    for name, value in order.variables.items():
        (scratch / "env" / name).write_text(value, encoding="utf-8")
    return scratch


def _begin(buildpack: Path, order: Order, source: SourceCopy, portal: Portal) -> Hold:
    request = {
        "app": order.app,
        "stack": order.stack,
        "arch": order.arch,
        "source": {"kind": "folder", "ref": order.directory.resolve().name, "sha256": source.sha256},
        "builder": {"name": f"buildpack {buildpack.resolve().name}"},
        "trigger": order.trigger,
    }
    try:
        return portal.create_build(request, idempotency_key=uuid.uuid4().hex)
    except PortalAway as error:
        raise NotBuildable(f"The portal at {portal.url} cannot be reached: {error}.") from error
    except PortalRefusal as refusal:
        said = refusal.detail or refusal.title
        raise NotBuildable(f"The portal refuses the build: {said} ({refusal.code or refusal.status})") from refusal


def _ended(run: _Run) -> Ending:
    try:
        return _told(run)
    except BuildFailure as failure:
        return Ending(BuildStatus.FAILED, {}, failure.code, failure.detail, failure.text)
    except (BuildCancelled, Interrupted):
        return Ending(BuildStatus.CANCELLED, {})
    except BuildLost:
        run.recorder.give_up()
        raise
    except (PortalRefusal, OSError, Refusal) as error:
        return Ending(BuildStatus.FAILED, {}, "builder::internal-error", str(error))


def _told(run: _Run) -> Ending:
    _detect(run)
    steps = ArrowSteps(run.recorder, taken=(StepName.DETECT,))
    try:
        exit_code = run.workshop.run(
            [f"{run.root}/bin/compile", *run.folders], steps.feed, timeout_seconds=_COMPILE_SECONDS
        )
    except BaseException:
        steps.abandon()
        raise
    steps.end(exit_code)
    reported = read_report(ReportedRun(_report(run), b"", exit_code), stack=_stack(run))
    run.recorder.put_detection(detection_document(reported))
    told = {step.name for step in reported.steps if step.status is StepStatus.SKIPPED}
    for hook in HOOKS:
        if hook in told and hook not in steps.names:
            run.recorder.skip(hook, f"Running bin/{hook}", NO_HOOK)
    return _ending(reported, run.order)


def _ending(reported: ReportedBuild, order: Order) -> Ending:
    report = {**reported.report, "variables": sorted(order.variables)}
    return Ending(reported.status, report, reported.failure_code, reported.failure_detail)


def _detect(run: _Run) -> None:
    with run.recorder.step(StepName.DETECT, "Detecting the app") as log:
        command = [f"{run.root}/bin/detect", run.folders[0]]
        log.exit_code = run.workshop.run(command, log.output, timeout_seconds=_SHORT_SECONDS)
        if log.exit_code:
            names = sorted(path.name for path in run.workshop.app.iterdir())
            raise BuildFailure("detection::not-python", ", ".join(names)[:500] or "nothing")


def _report(run: _Run) -> JsonValue:
    """What `bin/report` prints: a JSON object, or in older buildpacks lines of `key: value`."""
    printed = bytearray()

    def keep(data: bytes) -> None:
        printed.extend(data[: _MAX_REPORT_BYTES - len(printed)])

    command = [f"{run.root}/bin/report", *run.folders]
    try:
        exit_code = run.workshop.run(
            ["sh", "-c", 'exec "$@" 2>/dev/null', "report", *command], keep, timeout_seconds=60
        )
    except BuildFailure:
        return None
    return None if exit_code else read_printed(bytes(printed))


def read_printed(printed: bytes) -> JsonValue:
    """The report as an object; what is neither JSON nor `key: value` is passed over."""
    text = printed.decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return document
    pairs = (line.partition(":") for line in text.splitlines())
    return {key.strip(): value.strip().strip('"') for key, colon, value in pairs if colon and key.strip()}


def _stack(run: _Run) -> StackEntry | None:
    """The published stack, to compare the report with; None when the portal does not give it now."""
    try:
        document = run.portal.stack_table(run.order.stack)
        return read_table(document, ignores_unknown=True).find_stack(run.order.stack) if document else None
    except (PortalAway, Refusal):
        return None
