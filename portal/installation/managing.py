"""bin/manage: manage.py with the settings and the database of an installation, whether or not it runs."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from portal.installation.database import embedded_addresses, embedded_cluster, external_addresses, is_external
from portal.installation.home import ROOT, Home, keys
from portal.installation.trouble import InstallationTrouble
from portal.installation.variables import portal_environment, recall_settings

READY_SECONDS = 60


def manage(home: Home, arguments: Sequence[str]) -> int:
    """The exit status of `manage.py ARGUMENTS`. Raises InstallationTrouble."""
    if not home.keys_file.exists():
        raise InstallationTrouble(f"There is no installation in {home.path} yet; bin/run makes one.")
    recall_settings(home)
    secrets = keys(home)
    if is_external():
        return run_command(portal_environment(home, secrets, external_addresses()), arguments)
    with embedded_database(home, secrets) as addresses:
        return run_command(portal_environment(home, secrets, addresses), arguments)


@contextmanager
def embedded_database(home: Home, secrets: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Addresses of the server that bin/run runs; where none runs, of one started for the time of the command."""
    cluster = embedded_cluster(home, secrets)
    if home.is_locked() and home.lock_holder().startswith("bin/run"):
        deadline = time.monotonic() + READY_SECONDS
        while not cluster.answers():
            if time.monotonic() > deadline:
                raise InstallationTrouble(f"The database of {home.path} does not answer; its log: {cluster.log}")
            time.sleep(0.1)
        yield embedded_addresses(cluster)
        return
    with home.locked("bin/manage", waits=True):
        try:
            cluster.start()
            yield embedded_addresses(cluster)
        finally:
            cluster.stop()


def run_command(environment: Mapping[str, str], arguments: Sequence[str]) -> int:
    """manage.py on our terminal. Ctrl-C is the command's to handle, and we wait for it."""
    # From the folder where the user stands: file names on the command line are theirs.
    process = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), *arguments], env=dict(environment))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    status = process.wait()
    return status if status >= 0 else 128 - status
