"""Putting failed builds together that failed for the same reason."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from builds.domain.fingerprints import LOG_END_BYTES, error_line, fingerprint, normalised_line
from builds.domain.statuses import StepStatus
from builds.domain.storable import storable_text
from builds.models import Build, FailureGroup, Step
from builds.selectors.log_bytes import log_bytes
from versions.domain.actor import Actor
from versions.domain.refusals import Refusal
from versions.selectors import published_table

MAX_NOTE_CHARACTERS = 10_000


def group_failure(*, build_id: int, code: str, detail: str, now: datetime) -> None:
    """Gives the build the group of its failure, which it may be the first of; part of whatever ends the build."""
    if not code:
        return
    example = _telling_line(build_id) or detail
    line = storable_text(normalised_line(example))
    key = fingerprint(code, line)
    group_id = FailureGroup.objects.filter(fingerprint=key).values_list("pk", flat=True).first()
    if group_id is not None:
        # A report of the past may be older than the first one known.
        FailureGroup.objects.filter(pk=group_id, first_seen_at__gt=now).update(
            first_seen_at=now, first_build_id=build_id, revision=_revision_in_force(now)
        )
    else:
        first = FailureGroup(
            fingerprint=key,
            code=code,
            line=line,
            example=storable_text(example)[:500],
            first_seen_at=now,
            last_seen_at=now,
            first_build_id=build_id,
            revision=_revision_in_force(now),
        )
        FailureGroup.objects.bulk_create([first], ignore_conflicts=True)
        group_id = FailureGroup.objects.values_list("pk", flat=True).get(fingerprint=key)
    Build.objects.filter(pk=build_id).update(failure_group_id=group_id)


def group_ungrouped_failures(*, limit: int = 500) -> int:
    """Groups failures that were recorded before there were groups, newest first; returns how many."""
    rows = Build.objects.filter(failure_code__gt="", failure_group=None).newest_first()
    found = list(rows.values_list("pk", "failure_code", "failure_detail", "created_at")[:limit])
    for build_id, code, detail, created_at in found:
        with transaction.atomic():
            group_failure(build_id=build_id, code=code, detail=detail, now=created_at)
    return len(found)


def annotate_group(*, group_id: int, note: str, expected: str, actor: Actor) -> None:
    """Replaces the staff's note; an empty one takes it away. `expected` is the note that the writer began with.

    Raises Refusal `failure-group::unknown`, `failure-group::changed-meanwhile`. The same note again changes nothing.
    """
    text = _note(note)
    with transaction.atomic():
        group = FailureGroup.objects.select_for_update(no_key=True).filter(pk=group_id).first()
        if group is None:
            raise Refusal("failure-group::unknown", id=group_id)
        if group.note == text:
            return
        if group.note != _note(expected):
            raise Refusal("failure-group::changed-meanwhile", id=group_id)
        FailureGroup.objects.filter(pk=group_id).update(note=text, noted_by_name=actor.name, noted_at=timezone.now())


def _note(text: str) -> str:
    """As it is stored: browsers end lines in their own way."""
    return storable_text(text.replace("\r\n", "\n")).strip()[:MAX_NOTE_CHARACTERS]


def _telling_line(build_id: int) -> str:
    """The last error line of the step that failed, or of the last step that printed anything."""
    steps = Step.objects.filter(build_id=build_id, log_size__gt=0)
    step = steps.filter(status=StepStatus.FAILED).order_by("-id").first() or steps.order_by("-id").first()
    if step is None:
        return ""
    return error_line(log_bytes(step_id=step.pk, start=max(step.log_size - LOG_END_BYTES, 0), end=step.log_size))


def _revision_in_force(at: datetime) -> int | None:
    try:
        return published_table(as_of=at).number
    except Refusal:
        return None
