"""A database connection that dies in the middle of a write: nothing half-written, 503, and the client resumes."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection

from builds.models import LogChunk, Step
from tests.reporting import ApiBuilder, publish_two_stacks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def builder(transactional_db: None) -> ApiBuilder:
    publish_two_stacks()
    builder = ApiBuilder()
    builder.build()
    return builder


def killed_while_waiting(owner: "psycopg.Connection[tuple[object, ...]]", builder: ApiBuilder, write: Any) -> Any:
    """The answer to a write whose database connection is ended while it waits for the build's row."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(write())
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    with owner.transaction():
        owner.execute("SELECT 1 FROM builds_build WHERE id = %s FOR UPDATE", [builder.id])
        thread.start()
        # pg_locks is read afresh each time; other views show one snapshot for a whole transaction.
        while (
            thread.is_alive()
            and not owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            ).fetchall()
        ):
            owner.execute("SELECT pg_sleep(0.01)")
        thread.join()
    return answers[0]


def test_an_append_is_not_acknowledged_and_can_be_repeated(
    builder: ApiBuilder, owner_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    builder.append("detect", 0, b"one ")
    reply = killed_while_waiting(owner_connection, builder, lambda: builder.append("detect", 4, b"two"))
    assert (reply.status_code, reply.json()["code"]) == (503, "service::unavailable")
    assert int(reply["Retry-After"]) > 0
    assert "Upload-Offset" not in reply
    assert (Step.objects.get().log_size, LogChunk.objects.count()) == (4, 1)
    assert builder.append("detect", 4, b"two").status_code == 202
    assert builder.get(f"/builds/{builder.id}/steps/detect/log").getvalue() == b"one two"


def test_a_finish_leaves_the_build_as_it_was(
    builder: ApiBuilder, owner_connection: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    builder.step("detect", "running")
    reply = killed_while_waiting(owner_connection, builder, lambda: builder.finish("succeeded"))
    assert reply.status_code == 503
    read = builder.read()
    assert (read["status"], read["steps"][0]["status"]) == ("running", "running")
    assert builder.finish("succeeded").json()["status"] == "succeeded"


@pytest.mark.parametrize("table", ["builds_logchunk", "builds_step"])
def test_a_write_that_fails_half_way_leaves_nothing(
    builder: ApiBuilder, owner_connection: "psycopg.Connection[tuple[object, ...]]", table: str
) -> None:
    """A trigger stands in for whatever breaks between two statements of one append."""
    builder.append("detect", 0, b"one ")
    owner_connection.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$"
    )
    owner_connection.execute(
        f"CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION fail()".encode()
    )
    assert builder.append("detect", 4, b"two").status_code == 503
    assert (Step.objects.get().log_size, LogChunk.objects.count()) == (4, 1)
    owner_connection.execute(f"DROP TRIGGER fail ON {table}".encode())
    assert builder.append("detect", 4, b"two").status_code == 202
