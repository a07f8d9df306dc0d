"""The command lines of an installation's processes; the same as in Procfile, but for this machine."""

import os
import sys

from portal.installation.home import Home

MOST_WEB_WORKERS = 4
THREADS = 16  # of each web process; every one may hold a database connection, and the server allows 200


def web_command(host: str, port: int) -> list[str]:
    """The web server, one process a core: each answers by itself, none needs another."""
    workers = max(2, min(os.cpu_count() or 2, MOST_WEB_WORKERS))
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(THREADS),
        "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "10",
        "portal.wsgi:application",
    ]  # fmt: skip


def worker_command() -> list[str]:
    """The background worker."""
    return [
        sys.executable, "-m", "celery", "--app", "portal.celery", "worker", "--loglevel", "INFO", "--concurrency", "2",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip


def beat_command(home: Home) -> list[str]:
    """The clock that sends the periodic tasks."""
    return [
        sys.executable, "-m", "celery", "--app", "portal.celery", "beat", "--loglevel", "INFO",
        "--schedule", str(home.path / "beat-schedule"), "--pidfile", "",
    ]  # fmt: skip


def contents_command() -> list[str]:
    """The process that migrates and makes what is missing."""
    return [sys.executable, "manage.py", "prepare_contents"]


def examples_command() -> list[str]:
    """The process that builds the examples once."""
    return [sys.executable, "-m", "portal.installation.example_builds"]
