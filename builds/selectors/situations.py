"""What active apps' last detections amount to: counted by situation, and the apps behind each.

Apps in the same situation share their fate, so whoever works something out for a fleet does it once a situation.
"""

import json
from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from builds.domain.impact import Situation

_FIELDS = "s.stack, s.arch, s.request_version, s.request_origin, s.python_version"
# One look at the index `build_last_detection` for every active app; holds are few and end by the database's clock.
_LAST_DETECTIONS = """
    FROM builds_app a CROSS JOIN LATERAL (
        SELECT b.stack, b.arch, b.request_version, b.request_origin, b.python_version
        FROM builds_build b
        WHERE b.app_id = a.id AND b.detection IS NOT NULL
        ORDER BY b.created_at DESC, b.id DESC LIMIT 1
    ) s LEFT JOIN builds_apphold h
        ON h.app_id = a.id AND h.ended_at IS NULL AND h.until_on >= (now() AT TIME ZONE 'UTC')::date
"""
COUNT_SITUATIONS = f"""
    SELECT {_FIELDS}, coalesce(h.version, ''), count(*)
    {_LAST_DETECTIONS} WHERE a.is_active GROUP BY 1, 2, 3, 4, 5, 6
"""
_ONE = f"SELECT {_FIELDS}, coalesce(h.version, '') {_LAST_DETECTIONS} WHERE a.id = %s"
# A filter and no join, so that apps are walked by name until the page is full: with a join, the planner looks up every
# app once for each situation.
_LIST = f"""
    SELECT a.name, a.owner, a.contact, {_FIELDS}, coalesce(h.version, '')
    {_LAST_DETECTIONS}
    WHERE a.is_active AND a.name > %s
        AND jsonb_build_array({_FIELDS}, coalesce(h.version, ''))::text = ANY(%s::text[])
    ORDER BY a.name LIMIT %s
"""
ROWS_AT_ONCE = 5_000


class SituatedApp(NamedTuple):
    """An app with whoever owns it and its situation."""

    name: str
    owner: str
    contact: str
    situation: Situation


def situation_counts() -> dict[Situation, int]:
    """How many active apps are in each situation. One query."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SITUATIONS)
        return {Situation(*row[:6]): row[6] for row in cursor.fetchall()}


def situation_of(app_id: int) -> Situation | None:
    """One app's, whether it is active or not; None before its first detection."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [app_id])
        row = cursor.fetchone()
    return Situation(*row) if row else None


def apps_in(situations: Collection[Situation], *, after: str = "", limit: int = 50) -> list[SituatedApp]:
    """Active apps in any of the situations by name, those after the name `after`. One query."""
    if not situations:
        return []
    keys = [json.dumps(situation, ensure_ascii=False) for situation in situations]  # as PostgreSQL writes an array
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [after, keys, limit])
        return [SituatedApp(row[0], row[1], row[2], Situation(*row[3:])) for row in cursor.fetchall()]
