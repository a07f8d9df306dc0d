"""Builds the bundled examples on the stack `local`, one after the other, so that history is real from the start.

Runs as a process of its own behind the web server; its output is a log file of the installation.
"""

import json
import subprocess
import sys

from portal.installation.home import ROOT, Home, home_path, read_json, write_private
from portal.installation.local_stack import NAME
from portal.installation.postgres.identity import with_death_signal
from portal.installation.progress import say
from portal.installation.supervision import Stopping, stop_on_signals


def example_folders(home: Home) -> dict[str, str]:
    """Name of each example -> its folder, or that of the copy that asks for a Python which this machine has."""
    folders = read_json(home.first_run_file).get("examples")
    return {str(name): str(folder) for name, folder in folders.items()} if isinstance(folders, dict) else {}


def built_examples(home: Home) -> list[str]:
    """Those whose first build came to an end here, whatever that end was."""
    names = read_json(home.path / "examples.json").get("built")
    return [str(name) for name in names] if isinstance(names, list) else []


def has_unbuilt_examples(home: Home) -> bool:
    """Whether there is anything left to do."""
    return bool(set(example_folders(home)) - set(built_examples(home)))


def build_all(home: Home) -> None:
    """Build what was not built yet. A build cut short by a stop is made again at the next start."""
    for name, folder in example_folders(home).items():
        built = built_examples(home)
        if name in built:
            continue
        say(f"--- {name}")
        command = [sys.executable, "-m", "builds.builder", "build", folder, "--app", name, "--stack", NAME]
        status = subprocess.run([*with_death_signal("TERM"), *command], cwd=ROOT, check=False).returncode
        say(f"--- {name} ended with status {status}")
        write_private(home.path / "examples.json", json.dumps({"built": [*built, name]}))


if __name__ == "__main__":
    stop_on_signals()
    try:
        build_all(Home(home_path()))
    except Stopping:
        sys.exit(130)
