"""The hold that the portal last told of an app, kept so that a build honours it while the portal is away.

A hold that began since is not known here, and one that was ended early counts until its last day: what a builder
remembers is never newer than its last talk with the portal.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from builds.domain.hold import read_hold
from versions.domain.resolution import Hold


class HoldShelf:
    """The last known hold of one app at one portal. A folder that cannot be used keeps nothing."""

    def __init__(self, folder: Path, portal_url: str, app: str) -> None:
        self._path = folder / f"hold-{hashlib.sha256(f'{portal_url} {app}'.encode()).hexdigest()}.json"

    def load(self) -> Hold | None:
        """The hold while its last day has not passed by this machine's clock; the portal's cannot be asked."""
        try:
            hold = read_hold(json.loads(self._path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None
        return hold if hold and datetime.now(UTC).date() <= hold.until_on else None

    def keep(self, document: object) -> None:
        """Remembers what an answer of the portal said: a hold, or that there is none."""
        with suppress(OSError):
            if read_hold(document) is None:
                self._path.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".arriving-")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(document, file)
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
