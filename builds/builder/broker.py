"""The builder's end of the message broker: a Celery application with one task, and nothing of Django's."""

import warnings
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.worker import state

from builds.builder.order import WorkOrder
from builds.domain.queueing import BUILD_QUEUED, queue_name

_POLLING_SECONDS = 0.2
_BROKER_SECONDS = 4


def builder_application(order: WorkOrder, build: Callable[[int], None]) -> Celery:
    """`build` is called with the id in each message, one at a time. The message is given back when it raises Reject,
    or when this process dies; it is done with when `build` returns."""
    app = Celery("builder", broker=order.broker, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        broker_connection_max_retries=None,  # a broker may be away for a night
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=_BROKER_SECONDS,
        broker_heartbeat=0,  # a build takes longer than any broker waits for a beat
        task_acks_late=True,
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
    )
    if order.broker.startswith("filesystem:"):
        messages = str(order.folder / "messages")
        app.conf.broker_transport_options = {
            "data_folder_in": messages,
            "data_folder_out": messages,
            "control_folder": str(order.folder / "control"),
            "polling_interval": _POLLING_SECONDS,
        }

    @app.task(name=BUILD_QUEUED)
    def build_queued(build_id: int) -> None:
        build(build_id)

    return app


def serve(app: Celery, order: WorkOrder) -> None:
    """Takes messages until the process is asked to stop, in this thread: a build wants the signals for itself."""
    # Celery's own sentence about root: here every build has a user of its own.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    worker: Any = app.Worker(
        queues=[queue_name(order.stack, order.arch, installation=order.installation)],
        pool="solo",
        concurrency=1,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()


def stop_serving() -> None:
    """Lets `serve` return as soon as what it does now is done."""
    state.should_stop = 0  # type: ignore[assignment]  # the exit status; None means go on


def is_stopping() -> bool:
    """Whether `serve` is about to return. Some brokers' clients hand out one more message even then."""
    return any(flag is not None and flag is not False for flag in (state.should_stop, state.should_terminate))
