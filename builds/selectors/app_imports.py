"""What a list of apps would change, compared with the registry batch by batch."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from builds.domain.app_entries import AppEntry
from builds.domain.app_lists import AppLine, LineFault
from builds.models import App

BATCH_LINES = 1000
SHOWN = 200  # changes and faults kept to be told one by one; the rest is counted


class FieldChange(NamedTuple):
    """`field` is named as in the API; `active` reads true or false."""

    field: str
    before: str
    after: str


class AppChange(NamedTuple):
    """What a line does to the registry. `changes` is empty for an app that stays as it is."""

    line: int
    name: str
    is_new: bool
    entry: AppEntry
    changes: tuple[FieldChange, ...]

    @property
    def is_change(self) -> bool:
        return self.is_new or bool(self.changes)


@dataclass(slots=True)
class AppImport:
    """All that a list does: counts, and the first changes and faults. `digest` stands for every change, in order."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    fault_count: int = 0
    changes: list[AppChange] = field(default_factory=list)
    faults: list[LineFault] = field(default_factory=list)
    digest: str = ""

    @property
    def change_count(self) -> int:
        return self.new + self.changed


def planned_import(lines: Iterable[AppLine | LineFault]) -> AppImport:
    """What importing the list would do now. Writes nothing."""
    outcome = AppImport()
    for _changes in import_batches(lines, outcome, is_locking=False):
        pass
    return outcome


def import_batches(
    lines: Iterable[AppLine | LineFault], outcome: AppImport, *, is_locking: bool
) -> Iterator[list[AppChange]]:
    """Adds the lines to `outcome` and yields what they change, batch by batch; locks the apps on request."""
    digest = hashlib.sha256()
    remaining = iter(lines)
    while batch := list(itertools.islice(remaining, BATCH_LINES)):
        faults = [line for line in batch if isinstance(line, LineFault)]
        outcome.fault_count += len(faults)
        outcome.faults += faults[: SHOWN - len(outcome.faults)]
        compared = _compared([line for line in batch if isinstance(line, AppLine)], is_locking=is_locking)
        changes = [change for change in compared if change.is_change]
        outcome.unchanged += len(compared) - len(changes)
        outcome.new += sum(change.is_new for change in changes)
        outcome.changed += sum(not change.is_new for change in changes)
        outcome.changes += changes[: SHOWN - len(outcome.changes)]
        for change in changes:
            digest.update(repr((change.name, change.is_new, change.changes)).encode("utf-8", "surrogatepass"))
        yield changes
    outcome.digest = digest.hexdigest()


def _compared(lines: list[AppLine], *, is_locking: bool) -> list[AppChange]:
    apps = App.objects.filter(name__in=[line.name for line in lines])
    if is_locking:
        apps = apps.order_by("name").select_for_update(no_key=True)
    known = {app.name: AppEntry(app.owner, app.contact, app.url, app.is_active) for app in apps}
    return [_change(line, known.get(line.name)) for line in lines]


def _change(line: AppLine, before: AppEntry | None) -> AppChange:
    after = line.entry(before)
    blank = AppEntry("", "", "", is_active=True)
    changes = tuple(
        FieldChange(_public_name(column.name), was, becomes)
        for column in fields(AppEntry)
        if (was := _shown(before or blank, column.name)) != (becomes := _shown(after, column.name))
    )
    return AppChange(line.line, line.name, before is None, after, changes)


def _public_name(name: str) -> str:
    return "active" if name == "is_active" else name


def _shown(entry: AppEntry, name: str) -> str:
    value = getattr(entry, name)
    return str(value).lower() if isinstance(value, bool) else str(value)
