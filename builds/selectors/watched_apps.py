"""The apps that a publication was foretold to move, and which of them have built since.

What was foretold follows from every app's last detection before the publication, which nothing changes any more. So it
is worked out once and kept in the cache; who has moved is asked of the builds each time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

from builds.domain.impact import Fate, Situation, impact
from versions.selectors.published import PublishedTable, published_table
from versions.selectors.revisions import NO_TABLE

KEPT_SECONDS = 30 * 86_400
COUNTED_SECONDS = 5

# Every app's last detection before the publication: the one that is kept beside the app, unless the app has built
# since; then one look at the index `build_last_detection`. In halves, so that nothing loops over the many of the first.
_DETECTED = """
    SELECT d.app_id, d.stack, d.arch, d.request_version, d.request_origin, d.python_version
    FROM builds_lastdetection d WHERE d.created_at < %(since)s
    UNION ALL
    SELECT d.app_id, b.stack, b.arch, b.request_version, b.request_origin, b.python_version
    FROM builds_lastdetection d CROSS JOIN LATERAL (
        SELECT stack, arch, request_version, request_origin, python_version FROM builds_build
        WHERE app_id = d.app_id AND detection IS NOT NULL AND created_at < %(since)s
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) AS b WHERE d.created_at >= %(since)s
"""
# With the app, and the hold that it was under.
_THEN = f"""
    JOIN ({_DETECTED}) AS s ON s.app_id = a.id
    LEFT JOIN builds_apphold h ON h.app_id = a.id AND h.held_at <= %(since)s
        AND h.until_on >= (%(since)s::timestamptz AT TIME ZONE 'UTC')::date
        AND (h.ended_at IS NULL OR h.ended_at > %(since)s)
"""
_SITUATIONS = f"""
    SELECT s.stack, s.arch, s.request_version, s.request_origin, s.python_version, coalesce(h.version, ''), count(*)
    FROM builds_app a {_THEN} WHERE a.is_active GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 - made of this file's own words
_WANTED = """
    JOIN unnest(%(stack)s::text[], %(arch)s::text[], %(version)s::text[], %(origin)s::text[], %(python)s::text[],
                %(held)s::text[], %(before)s::text[], %(after)s::text[])
        AS g(stack, arch, request_version, request_origin, python_version, held_at, before, after)
        ON (s.stack, s.arch, s.request_version, s.request_origin, s.python_version, coalesce(h.version, ''))
         = (g.stack, g.arch, g.request_version, g.request_origin, g.python_version, g.held_at)
"""
# Apps that got a foretold release on the revision: a stretch of the index `build_watch`.
_GOT = """
    SELECT DISTINCT app_id, python_version FROM builds_build
    WHERE revision IS NOT NULL AND revision = %(number)s AND created_at >= %(since)s AND created_at < %(until)s
      AND python_version = ANY(%(after)s::text[])
"""
# Materialised in steps, because nobody tells the planner how few apps build in a week: each is looked up once.
MOVED = f"""
    WITH got AS MATERIALIZED ({_GOT})
    SELECT count(*) FROM got JOIN builds_app a ON a.id = got.app_id AND a.is_active {_THEN} {_WANTED}
        AND g.after = got.python_version
"""  # noqa: S608 - made of this file's own words
# Put in order first (which OFFSET keeps apart), so that builds are looked up only until a page is full.
_LIST = f"""
    SELECT name, owner, contact, stack, request_version, before, after FROM (
        SELECT a.id, a.name, a.owner, a.contact, s.stack, s.request_version, g.before, g.after
        FROM builds_app a {_THEN} {_WANTED}
        WHERE a.is_active AND a.name > %(name)s ORDER BY a.name OFFSET 0
    ) AS foretold
    WHERE %(has_moved)s = EXISTS (
        SELECT FROM builds_build b WHERE b.app_id = foretold.id AND b.created_at >= %(since)s
            AND b.created_at < %(until)s AND b.revision = %(number)s AND b.python_version = foretold.after)
    ORDER BY name LIMIT %(limit)s
"""  # noqa: S608 - made of this file's own words


@dataclass(frozen=True, slots=True)
class Move:
    """A situation of apps that move, the release that they got before, and the one that they get."""

    situation: Situation
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the preview of a publication said: how many apps move and how many newly fail, and which situations move."""

    moves: int
    newly_fails: int
    moving: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class WatchedApp:
    """An app that was foretold to move from `before` to `after`."""

    name: str
    owner: str
    contact: str
    stack: str
    request: str
    before: str
    after: str


def foretold(published: PublishedTable) -> Foretold:
    """One query and a resolution for each situation the first time; then the cache's answer."""
    key = f"foretold-{published.number}-{published.digest[7:39]}"
    kept = cache.get(key)
    if isinstance(kept, Foretold):
        return kept
    found = _foretold(published)
    cache.set(key, found, KEPT_SECONDS)
    return found


def moved_number(expected: Foretold, *, number: int, since: datetime, until: datetime) -> int:
    """How many of the apps that were foretold to move have got their new release on the revision.

    Counted anew every `COUNTED_SECONDS`: the pages of many people ask for it again and again.
    """
    if not expected.moving:
        return 0
    key = f"moved-{number}-{since.timestamp()}"
    kept = cache.get(key)
    if isinstance(kept, int):
        return kept
    with connection.cursor() as cursor:
        cursor.execute(MOVED, _parameters(expected, number, since, until))
        found = int(cursor.fetchone()[0])
    cache.set(key, found, COUNTED_SECONDS)
    return found


def watched_apps(
    expected: Foretold,
    *,
    number: int,
    since: datetime,
    until: datetime,
    has_moved: bool,
    after: str = "",
    limit: int = 50,
) -> list[WatchedApp]:
    """Apps that were foretold to move, those that have or those that have not; by name, after the name `after`."""
    if not expected.moving:
        return []
    more = {"has_moved": has_moved, "name": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_LIST, _parameters(expected, number, since, until) | more)
        return [WatchedApp(*row) for row in cursor.fetchall()]


def _foretold(published: PublishedTable) -> Foretold:
    before = published_table(published.number - 1).table if published.number > 1 else NO_TABLE
    with connection.cursor() as cursor:
        cursor.execute(_SITUATIONS, {"since": published.published_at})
        apps = {Situation(*row[:6]): row[6] for row in cursor.fetchall()}
    numbers = dict.fromkeys(Fate, 0)
    moving = []
    for situation, count in apps.items():
        found = impact(situation, before, published.table)
        numbers[found.fate] += count
        if found.fate is Fate.MOVES:
            moving.append(Move(situation, found.before, found.after))
    return Foretold(numbers[Fate.MOVES], numbers[Fate.NEWLY_FAILS], tuple(moving))


def _parameters(expected: Foretold, number: int, since: datetime, until: datetime) -> dict[str, Any]:
    moving = expected.moving
    return {
        "number": number,
        "since": since,
        "until": until,
        "stack": [move.situation.stack for move in moving],
        "arch": [move.situation.arch for move in moving],
        "version": [move.situation.request_version for move in moving],
        "origin": [move.situation.request_origin for move in moving],
        "python": [move.situation.python_version for move in moving],
        "held": [move.situation.held_at for move in moving],
        "before": [move.before for move in moving],
        "after": [move.after for move in moving],
    }
