"""Appending to the log of a step: bytes are stored once, in order, and acknowledged when they are safe."""

from typing import NamedTuple

from django.db import transaction

from builds.domain.caller import Caller
from builds.domain.statuses import StepStatus
from builds.models import LogChunk, Step
from builds.selectors.log_bytes import log_bytes
from builds.services.holding import LockedBuild, check_fence, held_build, locked_build
from versions.domain.refusals import Refusal

MAX_CHUNK_BYTES = 12 * 1024 * 1024  # in one request
ROW_BYTES = 256 * 1024  # in one row: what a reader of the log's end has to fetch at least


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
    rows = []
    for start in range(0, len(data), ROW_BYTES):
        part = data[start : start + ROW_BYTES]
        rows.append(
            LogChunk(
                step=step,
                offset=step.log_size,
                end=step.log_size + len(part),
                newlines_before=step.log_newlines,
                data=part,
                received_at=held.now,
            )
        )
        step.log_size += len(part)
        step.log_newlines += part.count(b"\n")
    LogChunk.objects.bulk_create(rows)
    # The lock on the build keeps other writers away; the condition on the old size would show it if it did not.
    moved = Step.objects.filter(pk=step.pk, log_size=rows[0].offset).update(
        log_size=step.log_size, log_newlines=step.log_newlines, is_log_line_open=not data.endswith(b"\n")
    )
    if moved != 1:
        raise Refusal("log::wrong-offset", offset=step.log_size)


def _replay(step: Step, offset: int, data: bytes) -> AppendedLog:
    """Judges bytes that don't start at the log's end: told before, told otherwise, or for a place not reached yet."""
    stored = log_bytes(step_id=step.pk, start=offset, end=offset + len(data)) if step.pk else b""
    if stored != data[: len(stored)]:
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
