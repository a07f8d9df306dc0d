"""bin/run: makes what is missing of one installation, starts it, and looks after it until it is asked to stop."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from portal.installation.database import embedded_addresses, embedded_cluster, external_addresses, is_external
from portal.installation.example_builds import has_unbuilt_examples
from portal.installation.greeting import greeting
from portal.installation.home import ROOT, Home, keys, read_json
from portal.installation.postgres.cluster import Cluster
from portal.installation.postgres.identity import with_death_signal
from portal.installation.processes import beat_command, contents_command, examples_command, web_command, worker_command
from portal.installation.progress import say, stage
from portal.installation.supervision import Child, Stopping, Supervisor, ignore_signals
from portal.installation.trouble import InstallationTrouble
from portal.installation.variables import host, port, portal_environment, remember_settings

WEB_START_SECONDS = 60
CONTENTS_STOP_SECONDS = 20


def run(home: Home) -> int:
    """Serve until Ctrl-C or SIGTERM. Raises InstallationTrouble when it cannot be done."""
    listen_host, listen_port = host(), port()
    if not home.is_locked():
        # Whoever holds the folder most likely holds the port too, and is the better thing to name.
        refuse_busy_port(listen_host, listen_port)
    home.make()
    with home.locked("bin/run"):
        say(f"Runtime portal in {home.path}")
        remember_settings(home)
        secrets = keys(home)
        with ExitStack() as cleanup:
            cleanup.callback(ignore_signals)  # runs last of all: the callbacks below are over by then
            databases, look_at_database = cleanup.enter_context(database(home, secrets))
            if not has_contents(portal_environment(home, secrets, databases)):
                return 1
            environment = portal_environment(home, secrets, {"DATABASE_URL": databases["DATABASE_URL"]})
            supervisor = Supervisor()
            cleanup.callback(stop_all, supervisor)
            start_processes(supervisor, home, environment)
            address = environment.get("PUBLIC_URL") or f"http://127.0.0.1:{listen_port}"
            for line in greeting(home, address.rstrip("/"), read_json(home.first_run_file)):
                say(line)
            supervisor.watch(look_at_database)
    return 0


def stop_all(supervisor: Supervisor) -> None:
    """End the processes; from now on nothing may interrupt us, for the database has to be shut down after them."""
    ignore_signals()
    say("\nStopping ...")
    supervisor.stop()


def refuse_busy_port(listen_host: str, listen_port: int) -> None:
    """Raises InstallationTrouble when the port cannot be had."""
    family = socket.AF_INET6 if ":" in listen_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen_host, listen_port))
            probe.listen()
        except PermissionError:
            raise InstallationTrouble(
                f"Port {listen_port} is for root alone; choose one from 1024 on, such as PORT=8000."
            ) from None
        except OSError as error:
            raise InstallationTrouble(
                f"Port {listen_port} on {listen_host} cannot be used ({error.strerror}); stop what listens there, "
                f"or choose another: PORT={min(listen_port + 1, 65535)} bin/run"
            ) from error


@contextmanager
def database(home: Home, secrets: Mapping[str, str]) -> Iterator[tuple[dict[str, str], Callable[[], None]]]:
    """Both addresses, and what is to be done at every look so that the database stays there."""
    if is_external():
        with stage("Reaching the database that DATABASE_URL names"):
            addresses = external_addresses()
        yield addresses, lambda: None
        return
    cluster = embedded_cluster(home, secrets)
    try:
        with stage("Starting PostgreSQL" if home.postgres.exists() else "Making and starting PostgreSQL"):
            cluster.start()
            addresses = embedded_addresses(cluster)
        yield addresses, Watch(cluster).look
    finally:
        ignore_signals()
        cluster.stop()


@dataclass(slots=True)
class Watch:
    """Starts the embedded server again when it died; the portal answers 503 until then."""

    cluster: Cluster
    due: float = 0.0  # monotonic seconds

    def look(self) -> None:
        """Called several times a second."""
        process = self.cluster.process
        now = time.monotonic()
        if now < self.due or (process is not None and process.poll() is None):
            return
        say(f"PostgreSQL ended; starting it again. Log: {self.cluster.log}")
        try:
            self.cluster.start()
        except InstallationTrouble as trouble:
            self.due = now + 10
            say(f"{trouble} Trying again in 10 s.")


def has_contents(environment: Mapping[str, str]) -> bool:
    """Run the process that migrates and fills. It shows its own progress, and says why when it fails."""
    process = subprocess.Popen(
        [*with_death_signal("TERM"), *contents_command()],
        cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        status = process.wait()
    except Stopping:
        process.terminate()
        try:
            process.wait(timeout=CONTENTS_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
        raise
    return status == 0


def start_processes(supervisor: Supervisor, home: Home, environment: Mapping[str, str]) -> None:
    """Web server, worker, beat, and once the examples. Raises InstallationTrouble when no web server answers."""
    with stage("Starting the web server"):
        web = Child("web server", web_command(host(), port()), environment, home.log("web"))
        supervisor.add(web)
        wait_for_web(web)
    supervisor.add(Child("worker", worker_command(), environment, home.log("worker")))
    # Celery turns SIGTERM into an exception that a start-up under way can lose; beat has nothing that it must save.
    supervisor.add(Child("beat", beat_command(home), environment, home.log("beat"), death_signal="KILL"))
    if has_unbuilt_examples(home):
        # The builder gets what a builder anywhere has: an address and a token, and nothing else of ours.
        own = {name: environment[name] for name in ("PATH", "HOME", "LANG", "PORTAL_HOME") if name in environment}
        own |= {
            "PORTAL_URL": f"http://127.0.0.1:{port()}",
            "PORTAL_TOKEN": home.token_file.read_text(encoding="utf-8").strip(),
        }
        supervisor.add(Child("examples", examples_command(), own, home.log("examples"), is_lasting=False))


def wait_for_web(web: Child) -> None:
    """Until the web server answers anything at all. Raises InstallationTrouble when it ends or stays silent."""
    deadline = time.monotonic() + WEB_START_SECONDS
    here = "127.0.0.1" if host() in ("0.0.0.0", "::", "") else host()  # noqa: S104 - compared, not bound
    shown = f"[{here}]" if ":" in here else here
    while time.monotonic() < deadline:
        if web.process is None or web.process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://{shown}:{port()}/healthz", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise InstallationTrouble(f"The web server did not start; its log says why: {web.log}")
