"""The last good copy of the table, kept so that builds go on while the portal is away.

What is kept is the wrapped document as the portal sent it. It counts only while its digest is right, and an older
revision than the one kept never replaces it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builds.domain.detection import detect
from builds.domain.documents import detection_document
from builds.domain.source_document import read_source
from builds.domain.storable import storable_json
from versions.domain.canonical import digest
from versions.domain.document import read_table
from versions.domain.refusals import Refusal
from versions.domain.resolution import Hold
from versions.domain.table import Table


@dataclass(frozen=True, slots=True)
class KeptTable:
    """`published_at` as the portal wrote it. `hold`: what the app that is built was last known to be held at."""

    revision: int
    published_at: str
    table: Table
    hold: Hold | None = None


class TableShelf:
    """The copies in `folder`, one for each portal's address. A folder that cannot be used keeps nothing."""

    def __init__(self, folder: Path, portal_url: str) -> None:
        self._path = folder / f"{hashlib.sha256(portal_url.encode()).hexdigest()}.json"

    def load(self) -> KeptTable | None:
        """The copy, or None when there is none or it is damaged."""
        try:
            return read_kept(json.loads(self._path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return None

    def keep(self, document: object) -> None:
        """Replaces the copy at once and whole, by a document that is good and not older than it."""
        offered, present = read_kept(document), self.load()
        if offered is None or (present is not None and offered.revision <= present.revision):
            return
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".arriving-")
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(document, file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise


def read_kept(document: object) -> KeptTable | None:
    """The table in a wrapped document; None unless it is whole, understood, and has the digest that it names."""
    if not isinstance(document, dict):
        return None
    revision, table = document.get("revision"), document.get("table")
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 1:
        return None
    try:
        if digest(table) != document.get("digest"):
            return None
        return KeptTable(revision, str(document.get("published_at")), read_table(table, ignores_unknown=True))
    except (Refusal, ValueError, RecursionError):
        return None


def local_answer(question: Mapping[str, Any], kept: KeptTable) -> dict[str, Any]:
    """What `POST /api/v1/detect` answers to the same question at the kept revision; of advisories it knows nothing."""
    detection = detect(
        read_source(question["files"]),
        stack=question["stack"],
        table=kept.table,
        revision=kept.revision,
        previous=question.get("previous"),
        arch=question.get("arch") or "amd64",
        hold=kept.hold,
    )
    answer = storable_json(detection_document(detection, is_explained=True))  # type: ignore[arg-type]
    assert isinstance(answer, dict)
    return answer
