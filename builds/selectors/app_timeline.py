"""What happened to an app: on which releases its builds succeeded, and who changed its registry entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.apps import apps

from builds.models import Build

SAMPLE_BUILDS = 1000  # the newest successful builds are looked through for changes of Python; older ones are history
SHOWN = 12
_RELEASE = ("python_major", "python_minor", "python_patch")
_FIELDS = (("owner", "owner"), ("contact", "contact"), ("url", "url"), ("active", "is_active"))


@dataclass(frozen=True, slots=True)
class PythonChange:
    """The build that succeeded on another release than the successful one before it; `before` may be empty."""

    at: datetime
    build_id: int
    number: int
    stack: str
    version: str
    before: str


@dataclass(frozen=True, slots=True)
class EntryChange:
    """A registry entry that was made or changed. `who` is empty for an app that its first build made."""

    at: datetime
    who: str
    is_new: bool
    changes: tuple[tuple[str, str, str], ...]  # field, before, after


Happening = PythonChange | EntryChange


def app_timeline(*, app_id: int) -> list[Happening]:
    """The newest happenings, newest first, in three queries."""
    happenings: list[Happening] = [*_python_changes(app_id), *_entry_changes(app_id)]
    return sorted(happenings, key=lambda happening: happening.at, reverse=True)[:SHOWN]


def _python_changes(app_id: int) -> Iterator[PythonChange]:
    succeeded = Build.objects.filter(app_id=app_id).succeeded().newest_first()
    # From an index alone; only the builds that are shown are read themselves.
    found: list[tuple[Any, ...]] = list(succeeded.values_list("pk", *_RELEASE)[: SAMPLE_BUILDS + 1])
    if len(found) <= SAMPLE_BUILDS:
        found.append((None, None, None, None))  # nothing succeeded before the oldest of them
    changed = [(pk, before) for (pk, *release), (_pk, *before) in pairwise(found) if release != before]
    before_by_id = dict(changed[:SHOWN])
    shown = Build.objects.filter(pk__in=before_by_id.keys())
    values = shown.values_list("created_at", "pk", "number", "stack", "python_version")
    for at, build_id, number, stack, version in values:
        before = before_by_id[build_id]
        earlier = "" if None in before else ".".join(map(str, before))
        if version:
            yield PythonChange(at, build_id, number, stack, version, earlier)


def _entry_changes(app_id: int) -> Iterator[EntryChange]:
    event_model: Any = apps.get_model("builds", "AppEvent")  # made by pghistory, which types nothing
    events = event_model.objects.filter(pgh_obj_id=app_id).order_by("-pgh_id")
    names = ("pgh_created_at", "pgh_context", "pgh_label", *(column for _name, column in _FIELDS))
    newest: list[dict[str, Any]] = list(events.values(*names)[: SHOWN + 1])
    for event, earlier in pairwise([*newest, {}]):
        is_new = event["pgh_label"] == "insert"
        if not earlier and not is_new:
            return  # the event before the oldest one read is unknown, and so is what this one changed
        who = str((event["pgh_context"] or {}).get("who") or "")
        changes = tuple(
            (name, was, becomes)
            for name, column in _FIELDS
            if (was := _shown(earlier.get(column, column == "is_active" or ""))) != (becomes := _shown(event[column]))
        )
        yield EntryChange(event["pgh_created_at"], who, is_new, changes)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
