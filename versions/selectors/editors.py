"""Who edited which part of the pending state last, read from the audit's event rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from versions.domain.parts import Part
from versions.domain.version import Series as SeriesNumber
from versions.domain.version import Version
from versions.models import Artifact, Release, Series, Stack


@dataclass(frozen=True, slots=True)
class LastEdit:
    """`who` is empty when nobody was named, as in a bare database session."""

    who: str
    at: datetime
    event_id: int


def last_edits(parts: Collection[Part]) -> dict[Part, LastEdit]:
    """The newest event of each part's rows; archives count for their release. Six queries, however many parts.

    Parts that nothing is known about (the table's own fields among them) are left out.
    """
    stacks = {part.stack for part in parts}
    found: dict[Part, LastEdit] = {}
    _keep(found, ((Part(row["name"]), row) for row in _newest(Stack, "name", name__in=stacks)))
    stack_names = dict(Stack.objects.filter(name__in=stacks).values_list("pk", "name"))
    series_rows = _newest(Series, "stack_id", "major", "minor", stack_id__in=stack_names)
    _keep(found, ((Part(stack_names[row["stack_id"]], _series(row)), row) for row in series_rows))
    wanted = {(part.stack, part.series) for part in parts if part.version}
    owners = {
        pk: Part(stack_names[stack_id], SeriesNumber(major, minor))
        for pk, stack_id, major, minor in Series.objects.filter(stack_id__in=stack_names).values_list(
            "pk", "stack_id", "major", "minor"
        )
        if (stack_names[stack_id], SeriesNumber(major, minor)) in wanted
    }
    release_parts: dict[int, Part] = {}
    for row in _newest(Release, "series_id", "patch", series_id__in=owners):
        part = Part.of_release(owners[row["series_id"]].stack, Version(row["major"], row["minor"], row["patch"]))
        release_parts[row["id"]] = part
        _keep(found, [(part, row)])
    concerned = [pk for pk, part in release_parts.items() if part in set(parts)]
    _keep(
        found,
        ((release_parts[row["release_id"]], row) for row in _newest(Artifact, "release_id", release_id__in=concerned)),
    )
    return {part: edit for part, edit in found.items() if part in set(parts)}


def _keep(found: dict[Part, LastEdit], rows: Iterable[tuple[Part, dict[str, Any]]]) -> None:
    for part, row in rows:
        edit = LastEdit(str((row["pgh_context"] or {}).get("who", "")), row["pgh_created_at"], row["pgh_id"])
        if part not in found or found[part].at < edit.at:
            found[part] = edit


def _newest(model: type[Stack | Series | Release | Artifact], *key: str, **where: object) -> Iterable[dict[str, Any]]:
    """The newest event of every `key`."""
    events: Any = model.pgh_event_model.objects  # type: ignore[union-attr]  # put there by pghistory
    return list(events.filter(**where).order_by(*key, "-pgh_id").distinct(*key).values())


def _series(row: dict[str, Any]) -> SeriesNumber:
    return SeriesNumber(row["major"], row["minor"])
