"""A build while the portal is away: answered from the kept table, remembered whole, and delivered when it is back."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from builds.builder.failures import BuildLost
from builds.builder.kept_table import KeptTable, local_answer
from builds.builder.lease import Lease
from builds.builder.portal import PATIENCE_SECONDS, Hold, Portal, PortalAway, PortalRefusal, Pulse

_CHUNK_BYTES = 1024**2
_PAUSE_SECONDS = 1.0
_LEASE_SECONDS = 3600.0  # of a build that nobody else knows of yet

Delivery = Callable[[Portal, Hold], None]


class OfflinePortal(Portal):
    """Answers as the portal would and takes every report. `deliver` passes them on, in order, once it is back."""

    def __init__(self, portal: Portal, kept: KeptTable) -> None:
        super().__init__(portal.url, portal.token)
        self.kept = kept
        self._portal = portal
        self._order: tuple[Mapping[str, object], str] = ({}, "")
        self._deliveries: list[Delivery] = []
        self._logs: dict[str, Path] = {}

    def hurry(self) -> None:
        super().hurry()
        self._portal.hurry()

    def create_build(
        self, order: Mapping[str, object], idempotency_key: str, *, patience: float = PATIENCE_SECONDS
    ) -> Hold:
        """Remembers it under another key: what the portal made of the first one, unheard, is lost by now."""
        self._order = (order, f"{idempotency_key}-delivered")
        return Hold(0, 0, 0, _LEASE_SECONDS, self.url)

    def detect(self, question: Mapping[str, object], *, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        return local_answer(question, self.kept)

    def put_detection(self, hold: Hold, detection: Mapping[str, object]) -> None:
        self._deliveries.append(lambda portal, hold: portal.put_detection(hold, detection))

    def put_step(self, hold: Hold, step: str, report: Mapping[str, object]) -> None:
        self._deliveries.append(lambda portal, hold: portal.put_step(hold, step, report))

    def send_heartbeat(self, hold: Hold) -> Pulse:
        return Pulse(_LEASE_SECONDS, is_cancel_requested=False)

    def append_log(self, hold: Hold, step: str, offset: int, data: bytes) -> int:
        """The bytes are in the step's spool file, from which they are delivered."""
        return offset + len(data)

    def finish(self, hold: Hold, outcome: Mapping[str, object]) -> bool:
        self._deliveries.append(lambda portal, hold: self._finish(portal, hold, outcome))
        return True

    def deliver(self, spool: Path) -> Hold:
        """Reports the whole build, waiting for the portal as long as a running build would; the build there.

        `spool` holds the logs, one file a step. Raises PortalAway when the portal stays away, BuildLost when it
        refuses the report.
        """
        self._logs = {path.stem: path for path in sorted(spool.glob("*.log"))}
        order, key = self._order
        try:
            hold = self._portal.create_build(order, key, patience=PATIENCE_SECONDS)
            with Lease(self._portal, hold):
                for deliver in self._deliveries:
                    deliver(self._portal, hold)
                for step in list(self._logs):
                    self._send_log(self._portal, hold, step)
        except PortalRefusal as refusal:
            raise BuildLost(f"The portal refuses its report: {refusal}") from refusal
        return hold

    def _finish(self, portal: Portal, hold: Hold, outcome: Mapping[str, object]) -> None:
        """Ends the build behind all logs that its end announces; what postdeploy printed follows later."""
        announced = outcome.get("logs")
        for step in list(announced) if isinstance(announced, dict) else ():
            self._send_log(portal, hold, step)
        if not portal.finish(hold, outcome):
            raise PortalAway("it does not confirm the logs of the build")

    def _send_log(self, portal: Portal, hold: Hold, step: str) -> None:
        path = self._logs.pop(step, None)
        if path is None:
            return
        deadline = time.monotonic() + PATIENCE_SECONDS
        sent, size = 0, path.stat().st_size
        with path.open("rb") as file:
            while sent < size:
                file.seek(sent)
                try:
                    sent = portal.append_log(hold, step, sent, file.read(_CHUNK_BYTES))
                except PortalAway:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(_PAUSE_SECONDS)
