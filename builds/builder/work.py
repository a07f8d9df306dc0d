"""`python -m builds.builder work --stack S`: takes builds from the stack's queue until it is told to stop.

A message names a build. The claim decides whose it is: a message that came twice, too late or by mistake is refused
there and forgotten.
"""

import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from celery.exceptions import Reject

from builds.builder.beginning import table_shelf
from builds.builder.broker import builder_application, is_stopping, serve, stop_serving
from builds.builder.build import Site, build_held, needed_confinement
from builds.builder.failures import BuildLost
from builds.builder.fetched_source import SourceFetcher
from builds.builder.interruption import SIGNALS
from builds.builder.lease import Lease
from builds.builder.order import Order, WorkOrder
from builds.builder.portal import Claimed, Portal, PortalAway, PortalRefusal
from builds.builder.terminal import Terminal
from builds.domain.queueing import queue_name
from versions.archives.slots import Slot, taken_slot, work_folder
from versions.domain.refusals import Refusal

_STOPPED = 0
_NOT_ALLOWED = 2
_TOKEN_TROUBLE = frozenset({401, 403})


def work(order: WorkOrder, portal: Portal, terminal: Terminal) -> int:
    """Builds what comes until it is told to stop; answers the exit status.

    Raises NotBuildable when this machine may not run apps' code.
    """
    needed_confinement(Order(Path(), "", order.stack))
    worker = _Worker(order, portal, terminal)
    app = builder_application(order, worker.build)
    name = queue_name(order.stack, order.arch, installation=order.installation)
    terminal.step(f"Waiting for builds in the queue {name}")
    serve(app, order)
    terminal.step("Stopped")
    return _NOT_ALLOWED if worker.is_refused else _STOPPED


class _Worker:
    """One build after the other. `is_refused`: the portal does not take this token."""

    def __init__(self, order: WorkOrder, portal: Portal, terminal: Terminal) -> None:
        self.is_refused = False
        self._order = order
        self._portal = portal
        self._terminal = terminal

    def build(self, build_id: int) -> None:
        """Raises celery's Reject when somebody should try again: the message then goes back to the queue."""
        if is_stopping():
            raise Reject("the builder is stopping", requeue=True)
        try:
            with taken_slot() as slot, work_folder(slot) as folder:
                claimed = self._claim(build_id)
                if claimed is not None:
                    self._build_claimed(claimed, folder, slot)
        except BuildLost as error:
            self._terminal.failure(f"The build is not this builder's any more. {error}".strip())
        except PortalAway as error:
            self._terminal.failure(f"The portal stayed away: {error}.")
            raise Reject(str(error), requeue=True) from error
        except Refusal as refusal:  # no slot, or no folder to work in
            self._terminal.failure(f"The builder cannot begin: {refusal}.")
            raise Reject(str(refusal), requeue=True) from refusal

    def _claim(self, build_id: int) -> Claimed | None:
        """The build, or None when there is nothing to do. The key is new each time, so that an older claim of ours,
        whose builder has died, is not continued."""
        try:
            return self._portal.claim_build(build_id, uuid.uuid4().hex)
        except PortalRefusal as refusal:
            if refusal.status not in _TOKEN_TROUBLE:
                self._terminal.note(f"Build {build_id} is not to be built here: {refusal.code or refusal.status}")
                return None
            self._terminal.failure(f"The portal does not take this token: {refusal}")
            self.is_refused = True
            stop_serving()
            raise Reject(str(refusal), requeue=True) from refusal

    def _build_claimed(self, claimed: Claimed, folder: Path, slot: Slot) -> None:
        hold = claimed.hold
        self._terminal.note(f"Build {hold.number} of {claimed.app} on {claimed.stack}: {hold.url}")
        output = self._order.output / f"{claimed.app}-{hold.number}" if self._order.output else None
        table_shelf(self._portal).keep(self._portal.whole_table())
        order = Order(folder / "app", claimed.app, claimed.stack, output=output, trigger="queue", arch=claimed.arch)
        with Lease(self._portal, hold) as lease, _patient(lease, self._portal, self._terminal):
            fetch = SourceFetcher(
                claimed.source, folder, self._portal, hosts=self._order.source_hosts, check=lease.check
            )
            build_held(
                order,
                hold,
                lease,
                self._portal,
                self._terminal,
                Site(folder, slot, needed_confinement(order), fetch),
            )


@contextmanager
def _patient(lease: Lease, portal: Portal, terminal: Terminal) -> Iterator[None]:
    """While a build runs, a first signal lets it end and takes no other; a second stops it, a third waits for nothing.

    A stopped build is reported as cancelled. One whose builder is killed instead is lost when its lease runs out.
    """
    asked = 0

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            terminal.note("Stopping after this build; a second signal stops the build")
            stop_serving()
        elif asked == 2:
            lease.is_interrupted.set()
            portal.hurry()
        else:
            signal.default_int_handler(number, frame)

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
