"""What bin/test runs: throw-away servers, a Chromium if one can be had, then pytest with two workers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from portal.installation.progress import say, stage
from portal.installation.trouble import InstallationTrouble
from tests.chromium import found_chromium, install_chromium
from tests.servers import servers_for_run

ROOT = Path(__file__).resolve().parents[1]
WORKERS = "2"
ALL = "--all"  # the long tests too
SERVERS = "--servers"  # PostgreSQL over TCP and Redis, as machines of a platform use them


def wants_browser(arguments: list[str]) -> bool:
    """Whether this run may reach tests/ui; a run of other named files needs no Chromium."""
    named = [argument for argument in arguments if argument.startswith("tests")]
    return not named or any(
        "ui" in Path(name.partition("::")[0]).parts or name.rstrip("/") == "tests" for name in named
    )


def pytest_command(arguments: list[str]) -> list[str]:
    """pytest with two workers, unless the caller says how many; whole runs leave the long tests out without --all."""
    has_workers = any(argument.startswith(("-n", "--numprocesses")) for argument in arguments)
    workers = [] if has_workers else ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]
    named = [argument for argument in arguments if argument not in {ALL, SERVERS}]
    is_choosy = any(argument.startswith(("tests", "-m", "-k")) for argument in named)
    chosen = [] if ALL in arguments or is_choosy else ["-m", "not long"]
    return [sys.executable, "-m", "pytest", *workers, *chosen, *named]


def main(arguments: list[str]) -> int:
    """pytest's own exit status."""
    os.chdir(ROOT)
    if wants_browser(arguments) and found_chromium() is None:
        with stage("Looking for a Chromium for the browser tests"):
            install_chromium()
        if found_chromium() is None:
            say("  No Chromium can be had: the browser tests are skipped by name.")
    try:
        with servers_for_run(is_over_network=SERVERS in arguments) as servers:
            process = subprocess.Popen(pytest_command(arguments), env={**os.environ, **servers})
            # Ctrl-C reaches pytest too; it ends first and we clean up after it.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return process.wait()
    except InstallationTrouble as trouble:
        say(str(trouble))
        return 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
