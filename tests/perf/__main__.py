"""What bin/bench runs: throw-away servers, then the goals in a process of their own."""

import os
import subprocess
import sys
from pathlib import Path

from portal.installation.progress import say
from portal.installation.trouble import InstallationTrouble
from tests.perf.goals import wish_of
from tests.servers import servers_for_run

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """0 when all goals were measured and met, 1 when one wasn't, 2 for arguments that mean nothing."""
    wish_of(arguments)  # before any server is started for them
    command = [sys.executable, "-m", "tests.perf.running", *arguments]
    try:
        with servers_for_run(is_over_network=False) as servers:
            return subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, **servers}).returncode
    except InstallationTrouble as trouble:
        say(str(trouble))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
