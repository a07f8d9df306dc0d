"""What active apps' last detections amount to: counted by situation, and the apps behind each.

Apps in the same situation share their fate, so whoever works something out for a fleet does it once a situation.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from builds.domain.impact import Situation

_FIELDS = "s.stack, s.arch, s.request_version, s.request_origin, s.python_version, coalesce(h.version, '')"
# Holds are few and end by the database's clock.
_LAST_DETECTIONS = """
    FROM builds_app a JOIN builds_lastdetection s ON s.app_id = a.id LEFT JOIN builds_apphold h
        ON h.app_id = a.id AND h.ended_at IS NULL AND h.until_on >= (now() AT TIME ZONE 'UTC')::date
"""
_COUNT = f"SELECT {_FIELDS}, count(*) {_LAST_DETECTIONS} WHERE a.is_active GROUP BY 1, 2, 3, 4, 5, 6"
_ONE = f"SELECT {_FIELDS} {_LAST_DETECTIONS} WHERE a.id = %(app)s"
# The first three conditions follow from the last. They tell the planner how many apps to expect: few are looked for
# among the detections, many are met soon enough by walking the apps by name.
_LIST = f"""
    SELECT a.name, a.owner, a.contact, {_FIELDS}
    {_LAST_DETECTIONS}
    WHERE a.is_active AND a.name > %(name)s
        AND s.stack = ANY(%(stacks)s) AND s.request_version = ANY(%(requests)s) AND s.python_version = ANY(%(pythons)s)
        AND (({_FIELDS}) IN (
            SELECT * FROM unnest(%(stack)s::text[], %(arch)s::text[], %(request_version)s::text[],
                                 %(request_origin)s::text[], %(python_version)s::text[], %(held_at)s::text[])
        )) IS TRUE
    ORDER BY a.name LIMIT %(limit)s
"""  # noqa: S608 - made of this file's own words
ROWS_AT_ONCE = 20_000


class SituatedApp(NamedTuple):
    """An app with whoever owns it and its situation."""

    name: str
    owner: str
    contact: str
    situation: Situation


def situation_counts() -> dict[Situation, int]:
    """How many active apps are in each situation. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        return {Situation(*row[:6]): row[6] for row in cursor.fetchall()}


def situation_of(app_id: int) -> Situation | None:
    """One app's, whether it is active or not; None before its first detection."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, {"app": app_id})
        row = cursor.fetchone()
    return Situation(*row) if row else None


def apps_in(situations: Collection[Situation], *, after: str = "", limit: int = 50) -> list[SituatedApp]:
    """Active apps in any of the situations by name, those after the name `after`. One query."""
    if not situations:
        return []
    columns = dict(zip(Situation._fields, map(list, zip(*situations, strict=True)), strict=True))
    expected = {
        "stacks": sorted({situation.stack for situation in situations}),
        "requests": sorted({situation.request_version for situation in situations}),
        "pythons": sorted({situation.python_version for situation in situations}),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {**columns, **expected, "name": after, "limit": limit})
        return [SituatedApp(row[0], row[1], row[2], Situation(*row[3:])) for row in cursor.fetchall()]
