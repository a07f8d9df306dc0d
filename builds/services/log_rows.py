"""Bytes of a log as rows: cut to a size that readers of a log's end can afford, with newlines counted along."""

from datetime import datetime

from builds.domain.log_lines import MAX_LINE_BYTES, error_line_indexes
from builds.models import LogChunk, Step

ROW_BYTES = 256 * 1024  # in one row: what a reader of the log's end has to fetch at least


def log_rows(*, step: Step, data: bytes, received_at: datetime, open_line: bytes = b"") -> list[LogChunk]:
    """Rows for `data` at the end of the step's log, not saved yet; the step's counters move on, unsaved alike.

    `open_line` is the beginning of the line that `data` continues.
    """
    rows = []
    for start in range(0, len(data), ROW_BYTES):
        part = data[start : start + ROW_BYTES]
        rows.append(
            LogChunk(
                step=step,
                offset=step.log_size,
                end=step.log_size + len(part),
                newlines_before=step.log_newlines,
                error_lines=len(error_line_indexes(part, before=open_line)),
                data=part,
                received_at=received_at,
            )
        )
        step.log_size += len(part)
        step.log_newlines += part.count(b"\n")
        open_line = (open_line + part)[(open_line + part).rfind(b"\n") + 1 :][:MAX_LINE_BYTES]
    if data:
        step.is_log_line_open = not data.endswith(b"\n")
    return rows
