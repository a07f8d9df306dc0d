"""The servers that a test run may use: throw-away ones as bin/run embeds them, throw-away ones as machines serve them
over TCP, or the ones that the environment names."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from portal.installation.postgres.cluster import Cluster, Credentials
from portal.installation.postgres.roles import APPLICATION, OWNER, application_address, owner_address, prepare_roles
from portal.installation.progress import stage
from portal.installation.trouble import InstallationTrouble
from tests.brokers import redis_program, redis_server
from tests.ports import free_port

REACH_SECONDS = 10
# Characters that mean something in an address; a password is written with them on purpose.
ODD_CREDENTIALS = Credentials("super:@/?", "owner%20&#", "app:@/ 100%")


class NetworkCluster(Cluster):
    """A server that is reached over TCP with a password, as one on another machine is; it has no socket file."""

    port = 0

    def address(self, *, user: str, password: str, name: str) -> str:
        return f"postgresql://{quote(user)}:{quote(password, safe='')}@127.0.0.1:{self.port}/{quote(name)}"

    def command(self) -> list[str]:
        listening = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": ""}
        return [*super().command(), *(word for pair in listening.items() for word in ("-c", f"{pair[0]}={pair[1]}"))]


@contextlib.contextmanager
def servers_for_run(*, is_over_network: bool) -> Iterator[dict[str, str]]:
    """Variables that name the servers of a run. A server in DATABASE_URL is used as it is.

    `is_over_network` asks for throw-away ones over TCP, Redis among them. Raises InstallationTrouble.
    """
    if is_over_network:
        with _network_servers() as variables:
            yield variables
    elif os.environ.get("DATABASE_URL"):
        with stage("Reaching the database server that DATABASE_URL names"):
            refuse_useless_server(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
        yield {}
    else:
        credentials = Credentials("super", "same", "same")
        with _started_cluster(Cluster, credentials, "Starting a throw-away PostgreSQL") as variables:
            yield variables


@contextlib.contextmanager
def _network_servers() -> Iterator[dict[str, str]]:
    if redis_program() is None:
        raise InstallationTrouble(
            "This machine has no redis-server; install it (on Debian and Ubuntu: apt-get install redis-server), or "
            "name running servers in DATABASE_URL, DATABASE_OWNER_URL and CELERY_BROKER_URL and leave --servers out."
        )
    with contextlib.ExitStack() as stack:
        title = "Starting a throw-away PostgreSQL and a throw-away Redis on ports of this machine"
        variables = stack.enter_context(_started_cluster(NetworkCluster, ODD_CREDENTIALS, title))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-test-redis-"))
        broker = stack.enter_context(redis_server(Path(folder)))
        yield {**variables, "CELERY_BROKER_URL": broker}


@contextlib.contextmanager
def _started_cluster(kind: type[Cluster], credentials: Credentials, title: str) -> Iterator[dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="portal-test-db-"))
    cluster = kind(folder / "postgres", log=folder / "postgres.log", credentials=credentials, is_durable=False)
    if isinstance(cluster, NetworkCluster):
        cluster.port = free_port()
    try:
        with stage(title):
            cluster.start()
            prepare_roles(cluster)
            with psycopg.connect(cluster.superuser_address(), autocommit=True) as connection:
                # The owner makes a database for each worker, and drops one while the application is still connected.
                connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
                connection.execute(f"GRANT {APPLICATION} TO {OWNER}")
                # Nor may the server's own vacuuming of a database keep it from being dropped.
                connection.execute(f"GRANT pg_signal_backend TO {OWNER}")
        yield {"DATABASE_OWNER_URL": owner_address(cluster), "DATABASE_URL": application_address(cluster)}
    finally:
        elsewhere = cluster.place.folder
        cluster.stop()
        shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def refuse_useless_server(address: str) -> None:
    """Raises InstallationTrouble when the server is away, or its user may not make a database for each worker."""
    may_make = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    try:
        with psycopg.connect(address, connect_timeout=REACH_SECONDS) as connection:
            row = connection.execute(may_make).fetchone()
    except psycopg.Error as error:
        raise InstallationTrouble(f"The database server cannot be reached: {' '.join(str(error).split())}") from error
    if row != (True,):
        raise InstallationTrouble(
            "The tests make databases of their own, which this user may not; as the server's administrator: "
            "ALTER ROLE … CREATEDB, and where DATABASE_OWNER_URL is not set also CREATEROLE."
        )
