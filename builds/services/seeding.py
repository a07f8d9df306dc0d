"""Builds in bulk, for measuring: realistic in their spread over apps, days, releases, outcomes and failures.

Everything is made by the database, so that a million builds take minutes. Made apps are called `seed-…`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from builds.domain.fingerprints import fingerprint, normalised_line
from builds.models import FailureGroup
from builds.services.last_detections import keep_all_detections
from builds.services.seeding_statements import APPS, BUILDS, CHUNKS, INSERTS, NUMBERS, PRINTED, STEPS
from versions.selectors import published_table

AT_ONCE = 25_000
DAYS = 90
BUILDS_AN_APP = 200
MOST_APPS = 5_000
# (code, detail, error line, share of the failures)
FAILURES: tuple[tuple[str, str, str, int], ...] = (
    ("install-dependencies::pip", "exit status 1", "ERROR: No matching distribution found for internal-lib==4.1.0", 24),
    ("install-dependencies::pip", "exit status 1", "error: command '/usr/bin/gcc' failed with exit code 1", 16),
    ("install-dependencies::pip", "exit status 1", "ERROR: Failed building wheel for psycopg2", 12),
    ("hooks::pre_compile", "exit status 2", "ModuleNotFoundError: No module named 'settings_build'", 14),
    ("hooks::post_compile", "exit status 1", "django.core.exceptions.ImproperlyConfigured: SECRET_KEY is empty", 16),
    ("python-version::unknown-patch", "3.11.99", "", 7),
    ("python-version::eol", "3.7", "", 5),
    ("builder::time-out", "bin/post_compile ran for more than 15 minutes", "", 3),
    ("build::lost", "", "", 3),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    builds: int
    apps: int


def seed_builds(*, count: int, now: datetime | None = None, told: Callable[[int], None] | None = None) -> Seeded:
    """Adds `count` builds of the last 90 days; `told` hears how many there are after each batch.

    Raises Refusal `revision::unknown` before anything is published: builds need stacks and releases.
    """
    now = now or timezone.now()
    since = now - timedelta(days=DAYS)
    apps = max(min(count // BUILDS_AN_APP, MOST_APPS), 3)
    offered = _offered()
    groups = _groups(since)
    _execute(APPS, {"apps": apps})
    done = 0
    while done < count:
        batch = min(AT_ONCE, count - done)
        begin = since + (now - since) * (done / count)
        end = since + (now - since) * ((done + batch) / count)
        parameters = {**offered, **groups, "apps": apps, "batch": batch, "begin": begin, "end": end}
        with transaction.atomic():
            _execute("SELECT setseed(%(seed)s)", {"seed": (done % 1_000_003) / 1_000_003})
            _execute(BUILDS, parameters)
            for statement in (NUMBERS, INSERTS, PRINTED, STEPS, CHUNKS):
                _execute(statement, {})
            _execute("DROP TABLE seeded, seeded_steps", {})
        done += batch
        if told:
            told(done)
    keep_all_detections()
    return Seeded(done, apps)


def _offered() -> dict[str, object]:
    """Stacks of the published table, and of all their releases every one that builds could use, newest first."""
    published = published_table()
    stacks = [stack.name for stack in published.table.stacks][:3]
    releases = sorted(
        {
            entry.version
            for stack in published.table.stacks
            for line in stack.series[:5]
            for entry in line.releases[-4:]
        },
        reverse=True,
    )[:20]
    return {
        "stacks": stacks,
        "revision": published.number,
        "versions": [str(release) for release in releases],
        "majors": [release.major for release in releases],
        "minors": [release.minor for release in releases],
        "patches": [release.patch for release in releases],
    }


def _groups(since: datetime) -> dict[str, object]:
    rows = []
    for code, detail, line, _share in FAILURES:
        normal = normalised_line(line or detail)
        rows.append(
            FailureGroup(
                fingerprint=fingerprint(code, normal),
                code=code,
                line=normal,
                example=line or detail,
                first_seen_at=since,
                last_seen_at=since,
                first_build_id=0,
            )
        )
    FailureGroup.objects.bulk_create(rows, ignore_conflicts=True)
    ids = dict(FailureGroup.objects.values_list("fingerprint", "pk"))
    picks = [index for index, (*_texts, share) in enumerate(FAILURES, start=1) for _each in range(share)]
    return {
        "codes": [code for code, *_rest in FAILURES],
        "details": [detail for _code, detail, *_rest in FAILURES],
        "lines": [line for _code, _detail, line, _share in FAILURES],
        "groups": [ids[row.fingerprint] for row in rows],
        "picks": picks,
    }


def _execute(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
