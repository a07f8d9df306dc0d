"""Who gave each field of the pending state its present value, read from the audit's event rows."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from versions.domain.parts import Part
from versions.domain.version import Series as SeriesNumber
from versions.domain.version import Version
from versions.models import Release, Series, Stack
from versions.selectors.editors import LastEdit

# Fields as the table document names them, where the column is called otherwise.
_COLUMNS = {"listed": "is_listed", "default_stack": "is_default"}


class FieldEdit(NamedTuple):
    """`field` as the table document names it."""

    field: str
    edit: LastEdit


def field_edits(wanted: Mapping[Part, Collection[str]]) -> dict[Part, tuple[FieldEdit, ...]]:
    """For every part the edits that its fields stem from, where more than one person made them. Three queries.

    `wanted`: the differing fields of each part. Archives have rows of their own and count for the part as a whole.
    """
    found: dict[Part, tuple[FieldEdit, ...]] = {}
    for part, events in _histories(wanted).items():
        edits = tuple(
            FieldEdit(field, edit)
            for field in wanted[part]
            if (edit := _last_change(events, _COLUMNS.get(field, field))) is not None
        )
        if len({edit.who for _field, edit in edits}) > 1:
            found[part] = edits
    return found


def _histories(parts: Collection[Part]) -> dict[Part, list[dict[str, Any]]]:
    """The events of each part's own row, oldest first."""
    stacks = {part.stack for part in parts}
    series = {(part.stack, part.series) for part in parts if part.series}
    found: dict[Part, list[dict[str, Any]]] = {part: [] for part in parts}
    for row in _events(Stack, name__in=[part.stack for part in parts if part.series is None]):
        found.setdefault(Part(row["name"]), []).append(row)
    held = {
        row.pk: Part(row.stack.name, number)
        for row in Series.objects.filter(stack__name__in=stacks if series else ()).select_related("stack")
        if (row.stack.name, (number := _number(row))) in series
    }
    for row in _events(Series, id__in=[pk for pk, part in held.items() if part in found]):
        found[held[row["id"]]].append(row)
    releases = {
        row.pk: Part.of_release(held[row.series_id].stack, version)
        for row in Release.objects.filter(series_id__in=held, version__in={str(p.version) for p in parts if p.version})
        if (version := Version.parse(row.version)) is not None
    }
    for row in _events(Release, id__in=[pk for pk, part in releases.items() if part in found]):
        found[releases[row["id"]]].append(row)
    return {part: events for part, events in found.items() if events}


def _last_change(events: Iterable[Mapping[str, Any]], column: str) -> LastEdit | None:
    """The newest event that gave the column another value than it had before; None for a column that the row lacks."""
    found: LastEdit | None = None
    before: Any = None
    for position, row in enumerate(events):
        if column not in row:
            return None
        if position == 0 or row[column] != before:
            found = LastEdit(str((row["pgh_context"] or {}).get("who", "")), row["pgh_created_at"], row["pgh_id"])
        before = row[column]
    return found


def _number(row: Series) -> SeriesNumber:
    return SeriesNumber(row.major, row.minor)


def _events(model: type[Stack | Series | Release], **where: object) -> list[dict[str, Any]]:
    events: Any = model.pgh_event_model.objects  # type: ignore[union-attr]  # put there by pghistory
    return list(events.filter(**where).order_by("pgh_id").values())
