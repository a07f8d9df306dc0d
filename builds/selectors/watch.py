"""What became of builds after a revision was published, held against those before it.

Builds count by the revision that they resolved against, so those that ended before they asked for a release count on
neither side. Every query reads one stretch of the index `build_watch`, at most `DAYS` long, however much history lies
beside it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from builds.domain.messages import Blame, explain
from builds.domain.statuses import BuildStatus
from builds.selectors.watched_apps import Foretold, foretold, moved_number
from versions.selectors.published import PublishedTable, published_table, revision_row

DAYS = 7
WATCHED = timedelta(days=DAYS)
LEAST_BEFORE = timedelta(hours=1)  # the first minutes after publishing are compared with more than minutes
LATE = timedelta(days=1)  # a build may begin before a publication and ask after it
ROWS_READ = 5_000  # builds of either side, newest first; a fleet's rate is no truer with more
BUILDERS_READ = 2_000
ENDED = frozenset({BuildStatus.SUCCEEDED.value, BuildStatus.FAILED.value, BuildStatus.LOST.value})
FAILED = frozenset({BuildStatus.FAILED.value, BuildStatus.LOST.value})

_COUNTS = """
    SELECT status, failure_code, created_at >= %(compared)s, count(*) FROM (
        SELECT status, failure_code, created_at FROM {builds}
        WHERE revision IS NOT NULL AND {revision} AND created_at >= %(since)s AND created_at < %(until)s
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
    ) AS newest GROUP BY 1, 2, 3
"""
# A build begun before the publication has hardly ever used what came after it; where histories were brought in that
# say so, the search for others ends after twice the builds that count.
_WALKED = """(
            SELECT id, status, failure_code, created_at, revision FROM builds_build
            WHERE revision IS NOT NULL AND created_at >= %(since)s AND created_at < %(until)s
            ORDER BY created_at DESC, id DESC LIMIT 2 * %(limit)s
        ) AS walked"""
COUNTS_ON = _COUNTS.format(builds="builds_build", revision="revision = %(number)s")
COUNTS_BEFORE = _COUNTS.format(builds=_WALKED, revision="revision < %(number)s")
_UNHEARD = """
    SELECT code FROM unnest(%s::text[]) AS code
    WHERE NOT EXISTS (SELECT FROM builds_build WHERE failure_code = code AND failure_code > '' AND created_at < %s)
"""
BUILDERS = """
    SELECT name, reporter, max(revision), max(created_at) FROM (
        SELECT builder->>'name' AS name, requested_by_name AS reporter, revision, created_at FROM builds_build
        WHERE revision IS NOT NULL AND created_at >= %(since)s AND created_at < %(until)s
        ORDER BY created_at DESC, id DESC LIMIT %(limit)s
    ) AS newest GROUP BY 1, 2 ORDER BY 3, 1, 2
"""
Counts = Counter[tuple[str, str]]  # builds by (status, failure code)


@dataclass(frozen=True, slots=True)
class Side:
    """Builds of one stretch of time, `hours` long. Failures split by who has to act; `blame_other`: no known code."""

    builds: int
    is_capped: bool
    hours: float
    ended: int
    failed: int
    blame_app: int
    blame_platform: int
    blame_other: int

    @property
    def failure_percent(self) -> float | None:
        """None while none of them is over."""
        return 100 * self.failed / self.ended if self.ended else None

    @property
    def whole_hours(self) -> int:
        return max(1, round(self.hours))

    @property
    def whole_days(self) -> int:
        """0 for less than two days, which pages tell in hours."""
        return round(self.hours / 24) if self.hours >= 48 else 0

    @property
    def shown(self) -> str:
        """The number of builds as pages write it."""
        return f"{self.builds}+" if self.is_capped else str(self.builds)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A failure code on the revision. `is_new`: no build of the seven days before had it; `is_unheard`: none ever."""

    code: str
    blame: Blame
    builds: int
    before: int
    is_new: bool
    is_unheard: bool


@dataclass(frozen=True, slots=True)
class BuilderRow:
    """A builder of the last day, as its builds name it and whoever reported them. `revision`: the newest it used."""

    name: str
    reporter: str
    revision: int
    last_build_at: datetime
    has_seen: bool


@dataclass(frozen=True, slots=True)
class RevisionWatch:
    """`since` until `until` is what is watched; `is_open` while more of it is to come. `moved` of `foretold.moves`
    apps have got the release that the preview foretold."""

    number: int
    since: datetime
    until: datetime
    is_open: bool
    on_it: Side
    before: Side
    codes: tuple[CodeLine, ...]
    foretold: Foretold
    moved: int
    builders: tuple[BuilderRow, ...]

    @property
    def failure_change_points(self) -> float | None:
        """Percentage points by which the failure rate rose (above 0) or fell, None when there is nothing to compare."""
        if self.on_it.failure_percent is None or self.before.failure_percent is None:
            return None
        return self.on_it.failure_percent - self.before.failure_percent

    @property
    def new_codes(self) -> tuple[CodeLine, ...]:
        return tuple(line for line in self.codes if line.is_new)

    @property
    def builders_seen(self) -> int:
        return sum(row.has_seen for row in self.builders)


def revision_watch(number: int, *, now: datetime) -> RevisionWatch:
    """Ten queries, whatever there is; more the first time, when what was foretold is worked out.

    Raises Refusal `revision::unknown`.
    """
    published = published_table(number)
    following = revision_row(number + 1)
    since = published.published_at
    until = max(since, min(now, since + WATCHED, following.published_at if following else now))
    length = max(until - since, LEAST_BEFORE)
    on_it = _counts(COUNTS_ON, number, since - LATE, min(now, until + LATE), compared=since - LATE)
    before = _counts(COUNTS_BEFORE, number, since - WATCHED, since, compared=since - length)
    expected = foretold(published)
    return RevisionWatch(
        number=number,
        since=since,
        until=until,
        is_open=following is None and until < since + WATCHED,
        on_it=_side(on_it[True], (until - since) / timedelta(hours=1)),
        before=_side(before[True], length / timedelta(hours=1)),
        codes=_codes(on_it[True], before[True], before[True] + before[False], since),
        foretold=expected,
        moved=moved_number(expected, number=number, since=since, until=until + LATE),
        builders=_builders(published, until),
    )


def _counts(statement: str, number: int, since: datetime, until: datetime, *, compared: datetime) -> dict[bool, Counts]:
    """Apart by whether they began since `compared`."""
    found: dict[bool, Counts] = {True: Counter(), False: Counter()}
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {"number": number, "since": since, "until": until, "compared": compared, "limit": ROWS_READ + 1},
        )
        for status, code, is_compared, builds in cursor.fetchall():
            found[is_compared][status, code] += builds
    return found


def _side(counts: Counts, hours: float) -> Side:
    total = sum(counts.values())
    failures = _by_code(counts, FAILED)
    blames: Counter[str] = Counter()
    for code, builds in failures.items():
        blames[explain(code, {}).blame.value if code else ""] += builds
    failed, at_app, at_platform = sum(failures.values()), blames[Blame.APP.value], blames[Blame.PLATFORM.value]
    return Side(
        builds=min(total, ROWS_READ),
        is_capped=total > ROWS_READ,
        hours=hours,
        ended=sum(builds for (status, _code), builds in counts.items() if status in ENDED),
        failed=failed,
        blame_app=at_app,
        blame_platform=at_platform,
        blame_other=failed - at_app - at_platform,
    )


def _codes(on_it: Counts, compared: Counts, earlier: Counts, since: datetime) -> tuple[CodeLine, ...]:
    """Most frequent first; those that are new before all others."""
    now, before, known = (_by_code(counts, FAILED) for counts in (on_it, compared, earlier))
    new = [code for code in now if code and code not in known]
    unheard: set[str] = set()
    if new:
        with connection.cursor() as cursor:
            cursor.execute(_UNHEARD, [new, since])
            unheard = {row[0] for row in cursor.fetchall()}
    lines = [
        CodeLine(code, explain(code, {}).blame, builds, before.get(code, 0), code in new, code in unheard)
        for code, builds in now.items()
        if code
    ]
    return tuple(sorted(lines, key=lambda line: (not line.is_new, -line.builds, line.code)))


def _by_code(counts: Counts, statuses: frozenset[str]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for (status, code), builds in counts.items():
        if status in statuses:
            found[code] += builds
    return found


def _builders(published: PublishedTable, until: datetime) -> tuple[BuilderRow, ...]:
    """Those that built on the last day watched; who has not seen the revision comes first."""
    with connection.cursor() as cursor:
        cursor.execute(BUILDERS, {"since": until - LATE, "until": until + LATE, "limit": BUILDERS_READ})
        rows = cursor.fetchall()
    return tuple(
        BuilderRow(name or "", reporter, revision, at, revision >= published.number)
        for name, reporter, revision, at in rows
    )
