"""Bytes of a log as rows: cut to a size that readers of a log's end can afford, with newlines counted along."""

from datetime import datetime

from builds.models import LogChunk, Step

ROW_BYTES = 256 * 1024  # in one row: what a reader of the log's end has to fetch at least


def log_rows(*, step: Step, data: bytes, received_at: datetime) -> list[LogChunk]:
    """Rows for `data` at the end of the step's log, not saved yet; the step's counters move on, unsaved alike."""
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
                received_at=received_at,
            )
        )
        step.log_size += len(part)
        step.log_newlines += part.count(b"\n")
    if data:
        step.is_log_line_open = not data.endswith(b"\n")
    return rows
