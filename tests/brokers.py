"""Message brokers for tests: the embedded one, a Redis and a RabbitMQ of a test, and the one in CELERY_BROKER_URL."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from kombu import Connection

from tests.ports import free_port
from tests.rabbitmq import rabbitmq_program, rabbitmq_server

START_SECONDS = 30
_GIVEN = os.environ.get("CELERY_BROKER_URL", "filesystem://")
KINDS = ("embedded", "redis", "rabbitmq", *([] if _GIVEN.startswith("filesystem:") else ["given"]))


@contextmanager
def broker(kind: str, folder: Path, *, queue: str) -> Iterator[str]:
    """The address of a running broker of one of KINDS; without its program the calling test is skipped by name.

    On the run's own broker the queue is removed at the end.
    """
    if kind == "embedded":
        yield "filesystem://"
    elif kind == "given":
        try:
            yield _GIVEN
        finally:
            _delete(queue)
    elif kind == "rabbitmq":
        if rabbitmq_program() is None:
            pytest.skip("no rabbitmq-server on this machine")
        with rabbitmq_server(folder) as address:
            yield address
    else:
        if redis_program() is None:
            pytest.skip("no redis-server on this machine")
        with redis_server(folder) as address:
            yield address


def _delete(queue: str) -> None:
    with Connection(_GIVEN) as connection:
        channel: Any = connection.default_channel  # the stubs know none of its methods
        channel.queue_delete(queue)
        channel.exchange_delete(queue)


def redis_program() -> str | None:
    """The machine's Redis."""
    return shutil.which("redis-server")


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The address of a Redis on a port of its own, which keeps nothing."""
    port = free_port()
    process = subprocess.Popen(
        [redis_program() or "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
         "--save", "", "--appendonly", "no"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        _wait(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis(port=port) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return
