"""Outside copies as pages and the dashboard show them, and those whose check is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Now
from django.utils import timezone

from versions.domain.outside import CheckEvery, CopyEntry, OutsideForm
from versions.domain.refusals import Refusal
from versions.models import OutsideCopy, OutsideDifference, OutsideRun

RUNS_SHOWN = 50
CLOSED_SHOWN = 50
DIFFERENCES_SHOWN = 500
_GRACE = timedelta(minutes=10)  # the clock may be late, and a check may wait for a worker
# Written out: the dashboard asks for it each time, and Django took longer to build it than the database to answer.
_COPIES = """
SELECT c.*,
    (SELECT r.id FROM versions_outsiderun r WHERE r.copy_id = c.id AND r.finished_at IS NOT NULL
        ORDER BY r.requested_at DESC, r.id DESC LIMIT 1) AS last_id,
    (SELECT r.id FROM versions_outsiderun r WHERE r.copy_id = c.id AND r.finished_at IS NULL) AS open_id,
    (SELECT r.requested_at FROM versions_outsiderun r
        WHERE r.copy_id = c.id AND r.finished_at IS NOT NULL AND r.problem_code = ''
        ORDER BY r.requested_at DESC, r.id DESC LIMIT 1) AS good_at
FROM versions_outsidecopy c WHERE %(copy)s::bigint IS NULL OR c.id = %(copy)s::bigint ORDER BY c.name
"""
_STALE = timedelta(minutes=5)  # as services/drift.py: the process of such a check has died


@dataclass(frozen=True, slots=True)
class RunRow:
    """One check. `problem_code` is empty unless it failed; `differences` is None then, and while it is open."""

    requested_at: datetime
    requested_by: str
    started_at: datetime | None
    finished_at: datetime | None
    revision: int | None
    sha256: str
    size: int | None
    differences: int | None
    problem_code: str
    problem_facts: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        return self.finished_at is None


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy with its latest check and what differs since when.

    `failing_since` is when the first of the checks that failed in a row was asked for. `is_overdue`: the clock should
    have checked it by now, and has not.
    """

    id: int
    entry: CopyEntry
    last: RunRow | None
    is_being_checked: bool
    differences: int
    differing_since: datetime | None
    differing_days: int
    failing_since: datetime | None
    is_overdue: bool

    @property
    def problem_code(self) -> str:
        return self.last.problem_code if self.last else ""

    @property
    def needs_attention(self) -> bool:
        return bool(self.differences or self.problem_code or self.is_overdue)


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    stack: str
    place: str
    here: str | None
    there: str | None
    first_seen_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CopyPage:
    """`hidden` open differences are not among those listed."""

    copy: CopyRow
    open: tuple[DifferenceRow, ...]
    hidden: int
    closed: tuple[DifferenceRow, ...]
    runs: tuple[RunRow, ...]


def copy_rows() -> tuple[CopyRow, ...]:
    """All copies by name, in three queries."""
    return _rows()


def copies_to_look_at() -> tuple[CopyRow, ...]:
    """Copies that differ, can't be checked, or are not checked any more, for the dashboard."""
    return tuple(row for row in copy_rows() if row.needs_attention)


def copy_page(copy_id: int) -> CopyPage:
    """Raises Refusal `outside::unknown`."""
    rows = _rows(copy_id)
    if not rows:
        raise Refusal("outside::unknown")
    found = OutsideDifference.objects.filter(copy_id=copy_id)
    opened = found.filter(closed_at=None).order_by("stack", "id")[:DIFFERENCES_SHOWN]
    closed = found.filter(closed_at__isnull=False).order_by("-closed_at", "id")[:CLOSED_SHOWN]
    runs = OutsideRun.objects.filter(copy_id=copy_id)[:RUNS_SHOWN]
    listed = tuple(_difference(row) for row in opened)
    return CopyPage(
        rows[0],
        listed,
        max(0, rows[0].differences - len(listed)),
        tuple(_difference(row) for row in closed),
        tuple(_run(row) for row in runs),
    )


def copy_entry(copy_id: int) -> CopyEntry:
    """What staff say of the copy. Raises Refusal `outside::unknown`."""
    row = OutsideCopy.objects.filter(pk=copy_id).first()
    if row is None:
        raise Refusal("outside::unknown")
    return _entry(row)


def due_copies() -> tuple[int, ...]:
    """Ids of copies with a check that was asked for and waits, or that broke off, or whose time has come."""
    runs = OutsideRun.objects.filter(copy=OuterRef("pk"))
    copies = OutsideCopy.objects.annotate(
        last_at=Subquery(runs.values("requested_at")[:1]),
        open_id=Subquery(runs.filter(finished_at=None).values("pk")[:1]),
        open_since=Subquery(runs.filter(finished_at=None).values("started_at")[:1]),
    )
    waits = Q(open_id__isnull=False) & (Q(open_since=None) | Q(open_since__lte=Now() - _STALE))
    came = Q(open_id=None, is_enabled=True) & (Q(last_at=None) | Q(last_at__lte=Now() - _interval()))
    return tuple(copies.filter(waits | came).order_by("pk").values_list("pk", flat=True))


def _interval() -> Any:
    return Value(timedelta(minutes=1)) * F("every_minutes")


def _rows(copy_id: int | None = None) -> tuple[CopyRow, ...]:
    """All copies or one. Three queries: the copies with the ids of their latest checks, those checks, what differs."""
    found: list[Any] = list(OutsideCopy.objects.raw(_COPIES, {"copy": copy_id}))  # with the statement's own columns
    if not found:
        return ()
    last = {run.pk: run for run in OutsideRun.objects.filter(pk__in=[row.last_id for row in found if row.last_id])}
    counted = OutsideDifference.objects.filter(closed_at=None, copy__in=[row.pk for row in found])
    differing = {
        copy_id: (number, since)
        for copy_id, number, since in counted.values_list("copy_id")
        .annotate(number=Count("pk"), since=Min("first_seen_at"))
        .order_by()
    }
    failing = {row.pk: row for row in found if row.last_id and last[row.last_id].problem_code}
    since = _failing_since({pk: row.good_at for pk, row in failing.items()})
    return tuple(_row(row, last.get(row.last_id), differing.get(row.pk), since.get(row.pk)) for row in found)


def _failing_since(good_at: Mapping[int, datetime | None]) -> dict[int, datetime]:
    """For each copy the first failed check after its last good one."""
    if not good_at:
        return {}
    after = Q()
    for copy_id, instant in good_at.items():
        after |= Q(copy_id=copy_id) & (Q(requested_at__gt=instant) if instant else Q())
    rows = OutsideRun.objects.filter(after, problem_code__gt="").values_list("copy_id")
    return dict(rows.annotate(since=Min("requested_at")).order_by())


def _row(
    row: Any, last: OutsideRun | None, differing: tuple[int, datetime] | None, failing_since: datetime | None
) -> CopyRow:
    now = timezone.now()
    entry = _entry(row)
    number, since = differing or (0, None)
    latest = last.requested_at if last else None
    is_late = latest is not None and latest + entry.every.length + _GRACE < now
    return CopyRow(
        id=row.pk,
        entry=entry,
        last=_run(last) if last else None,
        is_being_checked=row.open_id is not None,
        differences=number,
        differing_since=since,
        differing_days=(now - since).days if since else 0,
        failing_since=failing_since,
        is_overdue=entry.is_enabled and is_late,
    )


def _entry(row: OutsideCopy) -> CopyEntry:
    return CopyEntry(
        row.name, row.location, OutsideForm(row.form), row.stack, CheckEvery(row.every_minutes), row.is_enabled
    )


def _run(row: OutsideRun) -> RunRow:
    return RunRow(
        row.requested_at,
        row.requested_by_name,
        row.started_at,
        row.finished_at,
        row.revision,
        row.sha256,
        row.size,
        row.differences,
        row.problem_code,
        row.problem_facts,
    )


def _difference(row: OutsideDifference) -> DifferenceRow:
    return DifferenceRow(row.stack, row.place, row.here, row.there, row.first_seen_at, row.closed_at)
