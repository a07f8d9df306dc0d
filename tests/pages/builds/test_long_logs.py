"""What a long log costs its readers, as work and not as time: queries, pages that the database reads, bytes, memory.

Every query commits here as it does in production, where a careless cursor would have the server copy a whole log.
"""

import tracemalloc
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from builds.services import append_log
from builds.services.logs import MAX_CHUNK_BYTES
from portal.services import create_staff_user
from tests.reporting import BUILDER, begun, fence_of, publish_two_stacks

pytestmark = pytest.mark.django_db(transaction=True)
SMALL, MEDIUM, LARGE = 100_000, 8_000_000, 100_000_000  # bytes
LINE = b"Collecting something==%09d that is printed while it is installed here\n"
LINE_BYTES = len(LINE % 0)
ERROR = b"ERROR: the one line that tells what went wrong, in the middle of all.\n"
BLOCK_BYTES = 8192
MEMORY_BYTES = 24 * 1024**2  # of Python's own; a few rows of a log at a time, and what becomes of them


class Cost(NamedTuple):
    """`blocks` that the database touched of the log's table, its indexes and its long values; `sent` bytes."""

    queries: int
    blocks: int
    sent: int


@pytest.fixture
def staff(transactional_db: None) -> Client:
    publish_two_stacks()
    client = Client()
    client.force_login(
        create_staff_user(username="anna", password="correct horse battery", role="publisher", can_read_logs=True)
    )
    return client


def build_that_printed(size: int) -> int:
    """A running build whose one step has printed `size` bytes, with an error line in the middle of them."""
    build = begun(app=f"printed-{size}")
    count = size // LINE_BYTES
    lines = b"".join(LINE % number for number in range(count // 2)) + ERROR
    data = lines + b"".join(LINE % number for number in range(count // 2, count))
    for start in range(0, len(data), MAX_CHUNK_BYTES):
        part = data[start : start + MAX_CHUNK_BYTES]
        append_log(build_id=build.id, fence=fence_of(build), step="detect", offset=start, data=part, caller=BUILDER)
    return build.id


def blocks_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit + toast_blks_read + toast_blks_hit"
            " + tidx_blks_read + tidx_blks_hit FROM pg_statio_user_tables WHERE relname = 'builds_logchunk'"
        )
        return int(cursor.fetchone()[0])


def cost_of(client: Client, path: str) -> Cost:
    before = blocks_read()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
        assert answer.status_code in {200, 302}, path
    return Cost(len(captured), blocks_read() - before, len(answer.content))


PATHS: dict[str, Callable[[int], str]] = {
    "page": lambda _lines: "",
    "page with times": lambda _lines: "?times=1",
    "live end": lambda lines: f"tail/?after={lines - 3}",
    "end of the step": lambda _lines: "steps/detect/",
    "middle of the step": lambda lines: f"steps/detect/?from={lines // 2}",
    "address of a line": lambda lines: f"lines/{lines - 10}/",
    "next error": lambda _lines: "errors/?after=0",
    "previous error": lambda lines: f"errors/?before={lines}",
}


@pytest.mark.parametrize("size", [MEDIUM, pytest.param(LARGE, marks=pytest.mark.long)])
def test_a_long_log_costs_its_pages_no_more_than_a_short_one(staff: Client, size: int) -> None:
    builds = {length: build_that_printed(length) for length in (SMALL, size)}
    staff.get(f"/builds/{builds[SMALL]}/")  # what a process reads once
    for name, path in PATHS.items():
        short, long = (
            cost_of(staff, f"/builds/{build}/{path(length // LINE_BYTES)}") for length, build in builds.items()
        )
        # Four more where a row begins within a line, whose beginning is then looked up.
        assert short.queries <= long.queries <= short.queries + 4, name
        # A window of a long log is longer than all of a short one, and never more than it may be.
        assert long.blocks * BLOCK_BYTES < 4 * 1024**2, name
        assert long.sent < 2000 * 330 + 60_000, name


@pytest.mark.parametrize("size", [MEDIUM, pytest.param(LARGE, marks=pytest.mark.long)])
def test_the_whole_log_is_read_in_constant_memory(staff: Client, size: int) -> None:
    build = build_that_printed(size)

    def download() -> int:
        pieces: Iterable[bytes] = staff.get(f"/builds/{build}/log.txt").streaming_content  # type: ignore[attr-defined]
        return sum(map(len, pieces))

    def search() -> int:
        return staff.get(f"/builds/{build}/search/?q=what%20WENT%20wrong").content.count(b"is-error")

    assert in_little_memory(search) == 1
    assert in_little_memory(download) == size // LINE_BYTES * LINE_BYTES + len(ERROR)


def in_little_memory(read: Callable[[], int]) -> int:
    tracemalloc.start()
    try:
        found = read()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_BYTES
    return found
