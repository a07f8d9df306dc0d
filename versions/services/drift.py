"""Checking outside copies: asked for, begun under a lock, fetched without one, written down once.

A check is a row from the moment that it is asked for. The database keeps one open check a copy, so two at once are one,
and a check whose process died is ended, by the next one, with a code of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from versions.domain.outside import OutsideForm
from versions.domain.refusals import Refusal
from versions.models import OutsideCopy, OutsideDifference, OutsideRun
from versions.queue import enqueue_check_outside_copy
from versions.selectors.drift import Drift, DriftReport, drift_report
from versions.services.outside_texts import OutsideText, outside_text

LONGEST_CHECK = timedelta(minutes=5)  # fetching ends by itself long before
MAX_DIFFERENCES = 2000  # kept of one copy; a copy that differs more often is another one
KEPT_RUNS = 50
RUNS_KEPT_FOR = timedelta(days=90)
CLOSED_KEPT_FOR = timedelta(days=365)
INTERRUPTED = "outside::interrupted"


class _Begun(NamedTuple):
    run_id: int
    copy_id: int
    location: str
    form: OutsideForm
    stack: str


class _Seen(NamedTuple):
    """What came of looking: the text, if any, and either a report or the refusal that stands for it."""

    text: OutsideText | None
    report: DriftReport | None
    refusal: Refusal | None


def request_check(*, copy_id: int, by: str) -> None:
    """Asks for a check as soon as possible, by somebody of that name; while one is open, that one will do.

    Raises Refusal `outside::unknown`.
    """
    with transaction.atomic():
        copy = _locked(copy_id)
        if copy is None:
            raise Refusal("outside::unknown")
        if not OutsideRun.objects.filter(copy=copy, finished_at=None).exists():
            OutsideRun.objects.create(copy=copy, requested_at=copy.now, requested_by_name=by)
        # Should the broker be away, the clock finds the row.
        transaction.on_commit(lambda: enqueue_check_outside_copy(copy_id), robust=True)


def check_copy(*, copy_id: int) -> bool:
    """Checks the copy if a check was asked for or is due; returns whether it did. Called twice, it checks once."""
    begun = _begin(copy_id)
    if begun is None:
        return False
    _finish(begun, _look(begun))
    return True


def _look(begun: _Begun) -> _Seen:
    text = None
    try:
        text = outside_text(location=begun.location)
        return _Seen(text, drift_report(text.text, form=begun.form, stack=begun.stack), None)
    except Refusal as refusal:
        return _Seen(text, None, refusal)


def _locked(copy_id: int) -> OutsideCopy | None:
    rows = OutsideCopy.objects.select_for_update(no_key=True).annotate(now=Now())  # type: ignore[no-redef]
    return rows.filter(pk=copy_id).first()


def _begin(copy_id: int) -> _Begun | None:
    with transaction.atomic():
        copy = _locked(copy_id)
        if copy is None:
            return None
        run = OutsideRun.objects.filter(copy=copy, finished_at=None).first()
        if run is not None and run.started_at is not None:
            if run.started_at > copy.now - LONGEST_CHECK:
                return None
            _end(run.pk, copy.now, problem_code=INTERRUPTED)
            run = None
        if run is None and not _is_due(copy):
            return None
        if run is None:
            run = OutsideRun.objects.create(copy=copy, requested_at=copy.now, started_at=copy.now)
        else:
            OutsideRun.objects.filter(pk=run.pk).update(started_at=copy.now)
        return _Begun(run.pk, copy.pk, copy.location, OutsideForm(copy.form), copy.stack)


def _is_due(copy: OutsideCopy) -> bool:
    last = OutsideRun.objects.filter(copy=copy).aggregate(at=Max("requested_at"))["at"]
    return copy.is_enabled and (last is None or last + timedelta(minutes=copy.every_minutes) <= copy.now)


@transaction.atomic
def _finish(begun: _Begun, seen: _Seen) -> None:
    """Writes down what was seen, unless the check was ended meanwhile."""
    copy = _locked(begun.copy_id)
    if copy is None or not OutsideRun.objects.filter(pk=begun.run_id, finished_at=None).exists():
        return
    fetched: dict[str, object] = {"sha256": seen.text.sha256, "size": seen.text.size} if seen.text else {}
    if (copy.location, copy.form, copy.stack) != (begun.location, begun.form.value, begun.stack):
        _end(begun.run_id, copy.now, problem_code=INTERRUPTED)
    elif seen.refusal is not None:
        facts = {name: _told(str(value)) for name, value in seen.refusal.facts.items()}
        _end(begun.run_id, copy.now, problem_code=seen.refusal.code, problem_facts=facts, **fetched)
    elif seen.report is not None:
        differences = seen.report.differences
        _end(begun.run_id, copy.now, revision=seen.report.revision, differences=len(differences), **fetched)
        _keep_differences(copy, differences)
    _forget(copy)


def _end(run_id: int, now: datetime, **columns: object) -> None:
    OutsideRun.objects.filter(pk=run_id).update(finished_at=now, **columns)


def _keep_differences(copy: OutsideCopy, found: Sequence[Drift]) -> None:
    """Closes what no longer differs, brings up to date what still does, and opens what is new."""
    wanted = {(drift.stack, _told(drift.place)): drift for drift in found}
    rows = {(row.stack, row.place): row for row in OutsideDifference.objects.filter(copy=copy, closed_at=None)}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    OutsideDifference.objects.filter(pk__in=gone).update(closed_at=copy.now)
    changed = []
    for key, row in rows.items():
        if key in wanted and (row.here, row.there) != _sides(wanted[key]):
            row.here, row.there = _sides(wanted[key])
            changed.append(row)
    OutsideDifference.objects.bulk_update(changed, ["here", "there"], batch_size=500)
    room = MAX_DIFFERENCES - (len(rows) - len(gone))
    OutsideDifference.objects.bulk_create(
        _new_rows(copy, {key: drift for key, drift in wanted.items() if key not in rows}, room), batch_size=500
    )


def _new_rows(copy: OutsideCopy, wanted: Mapping[tuple[str, str], Drift], room: int) -> list[OutsideDifference]:
    return [
        OutsideDifference(
            copy=copy, stack=stack, place=place, here=_sides(drift)[0], there=_sides(drift)[1], first_seen_at=copy.now
        )
        for (stack, place), drift in list(wanted.items())[: max(0, room)]
    ]


def _sides(drift: Drift) -> tuple[str | None, str | None]:
    here, there = (None if side is None else _told(side, 500) for side in (drift.here, drift.there))
    return here, there


def _told(text: str, characters: int = 200) -> str:
    """A text from outside, as the database can hold it."""
    storable = text[:characters].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return storable.encode("utf-8", "replace").decode()


def _forget(copy: OutsideCopy) -> None:
    """Old checks go, the latest of them excepted; so does what closed long ago."""
    kept = list(OutsideRun.objects.filter(copy=copy).values_list("pk", flat=True)[:KEPT_RUNS])
    old = OutsideRun.objects.filter(copy=copy, finished_at__lt=copy.now - RUNS_KEPT_FOR)
    old.exclude(pk__in=kept).delete()
    OutsideDifference.objects.filter(copy=copy, closed_at__lt=copy.now - CLOSED_KEPT_FOR).delete()
