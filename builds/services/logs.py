"""Appending to the log of a step: bytes are stored once, in order, and acknowledged when they are safe."""

from typing import NamedTuple

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.log_masking import LOOK_BACK_BYTES, is_same_but_for_masks, masked
from builds.domain.statuses import StepStatus
from builds.models import LogChunk, Step
from builds.selectors.log_bytes import log_bytes, open_line_of
from builds.services.holding import LockedBuild, check_fence, held_build, locked_build
from builds.services.log_limits import let_go_beyond_limit
from builds.services.log_rows import log_rows
from versions.domain.refusals import Refusal

MAX_CHUNK_BYTES = 12 * 1024 * 1024  # in one request


class AppendedLog(NamedTuple):
    """The log's size in bytes now, and whether the bytes were there already."""

    size: int
    is_replay: bool


def append_log(*, build_id: int, fence: int, step: str, offset: int, data: bytes, caller: Caller) -> AppendedLog:
    """Stores `data` at the end of the step's log, making the step when it was not reported yet.

    Sending again what is stored succeeds, even after the build's end, since the first answer may have been lost.
    Raises Refusal `log::wrong-offset` (its fact `offset` is the right one) when `offset` isn't the log's end,
    `log::conflict` when other bytes are stored there, and what `held_build` raises.
    """
    with transaction.atomic():
        try:
            held = held_build(build_id=build_id, fence=fence, caller=caller, step=step)
        except Refusal as refusal:
            if refusal.code != "build::over":
                raise
            return _replay_after_end(build_id, fence, step, offset, data, caller, refusal)
        target = held.build.steps.filter(name=step).first() or Step(build=held.build, name=step)
        if offset != target.log_size or not data:
            return _replay(target, offset, data)
        if target.pk is None:
            target.status, target.started_at = StepStatus.RUNNING, held.now
            target.save()
        _store(target, data, held)
        return AppendedLog(target.log_size, is_replay=False)


def _store(step: Step, data: bytes, held: LockedBuild) -> None:
    before = step.log_size
    kept = _masked(step, data)
    # The line that goes on here is read again only where it ends.
    is_line_ended = step.is_log_line_open and b"\n" in kept
    open_line = open_line_of(step_id=step.pk, log_size=before, newlines=step.log_newlines) if is_line_ended else b""
    rows = log_rows(step=step, data=kept, received_at=held.now, open_line=open_line)
    LogChunk.objects.bulk_create(rows)
    let_go_beyond_limit(step=step)
    # The lock on the build keeps other writers away; the condition on the old size would show it if it did not.
    moved = Step.objects.filter(pk=step.pk, log_size=before).update(
        log_size=step.log_size,
        log_newlines=step.log_newlines,
        is_log_line_open=step.is_log_line_open,
        is_log_masked=step.is_log_masked,
        gap_start=step.gap_start,
        gap_end=step.gap_end,
    )
    if moved != 1:
        raise Refusal("log::wrong-offset", offset=step.log_size)


def _masked(step: Step, data: bytes) -> bytes:
    """`data` with what anybody can tell for a secret masked, also where it began in the bytes before."""
    before = b""
    if step.is_log_line_open:
        before = log_bytes(step_id=step.pk, start=max(step.log_size - LOOK_BACK_BYTES, 0), end=step.log_size)
    kept = masked(before + data)
    if kept[: len(before)] != before:
        _rewrite_end(step, kept[: len(before)])
        step.is_log_masked = True
    if kept[len(before) :] != data:
        step.is_log_masked = True
    return kept[len(before) :]


def _rewrite_end(step: Step, end: bytes) -> None:
    """Masks the beginning of a secret whose rest has come only now: the one change that stored bytes ever see."""
    start = step.log_size - len(end)
    for chunk in LogChunk.objects.filter(step=step).overlapping(start, step.log_size):
        known = bytes(chunk.data)
        first = max(start - chunk.offset, 0)
        part = end[chunk.offset + first - start : chunk.end - start]
        LogChunk.objects.filter(pk=chunk.pk).update(data=known[:first] + part)


def _replay(step: Step, offset: int, data: bytes) -> AppendedLog:
    """Judges bytes that don't start at the log's end: told before, told otherwise, or for a place not reached yet."""
    end = offset + len(data)
    if step.gap_start is not None and step.gap_end is not None and offset < step.gap_end and end > step.gap_start:
        # What was let go cannot be compared any more; it was acknowledged once, and is again.
        if end > step.log_size:
            raise Refusal("log::wrong-offset", offset=step.log_size, step=step.name)
        return AppendedLog(step.log_size, is_replay=True)
    stored = log_bytes(step_id=step.pk, start=offset, end=end) if step.pk else b""
    if not is_same_but_for_masks(stored, data[: len(stored)]):
        raise Refusal("log::conflict", offset=step.log_size, step=step.name)
    if len(stored) < len(data) or offset > step.log_size:
        raise Refusal("log::wrong-offset", offset=step.log_size, step=step.name)
    return AppendedLog(step.log_size, is_replay=True)


def _replay_after_end(
    build_id: int, fence: int, step: str, offset: int, data: bytes, caller: Caller, refusal: Refusal
) -> AppendedLog:
    build, _now = locked_build(build_id=build_id, caller=caller)
    check_fence(build, fence)
    target = build.steps.filter(name=step).first()
    stored_end = target.log_size if target is not None else 0
    if target is None or offset + len(data) > stored_end:
        raise refusal
    return _replay(target, offset, data)
