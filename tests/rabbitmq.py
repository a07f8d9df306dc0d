"""A RabbitMQ of the test's own, as whoever runs the test, beside any that the machine runs."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kombu import Connection

from tests.ports import free_port

START_SECONDS = 120
STOP_SECONDS = 30
# Debian's program on PATH changes to a user of its own, which only root may; this one runs as whoever starts it.
UNWRAPPED = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def rabbitmq_program() -> str | None:
    """The machine's RabbitMQ."""
    return str(UNWRAPPED) if UNWRAPPED.exists() else shutil.which("rabbitmq-server")


@contextmanager
def rabbitmq_server(folder: Path) -> Iterator[str]:
    """The address of a RabbitMQ on a port of its own, whose data is below `folder`."""
    port = free_port()
    environment = _environment(folder, port)
    log = folder / "rabbitmq.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [rabbitmq_program() or "rabbitmq-server"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    address = f"amqp://guest:guest@127.0.0.1:{port}//"
    try:
        _wait(process, address, log)
        yield address
    finally:
        _stop(process, environment)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Ports and folders of this node's own, and nothing from the machine's configuration."""
    (folder / "rabbitmq-env.conf").touch()
    (folder / "plugins").write_text("[].\n", encoding="utf-8")
    return {
        "PATH": f"{os.environ['PATH']}:/usr/sbin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(free_port()),
        "RABBITMQ_NODENAME": f"test-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "no-such-file"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with Connection(address, connect_timeout=5) as connection:
                connection.connect()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"RabbitMQ did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _stop(process: "subprocess.Popen[bytes]", environment: dict[str, str]) -> None:
    """Ends the server with all that it started, its register of names too, which left its session."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    subprocess.run(["epmd", "-kill"], env=environment, capture_output=True, check=False)
