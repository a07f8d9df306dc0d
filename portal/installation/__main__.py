"""`python -m portal.installation run` and `… manage ARGUMENTS`, as bin/run and bin/manage call them."""

import sys
from collections.abc import Sequence

from portal.installation.home import Home, home_path
from portal.installation.managing import manage
from portal.installation.progress import say
from portal.installation.running import run
from portal.installation.supervision import Stopping, stop_on_signals
from portal.installation.trouble import InstallationTrouble

USAGE = "bin/run takes no arguments; PORT, PORTAL_HOME and the variables of docs/settings.md configure it."


def main(arguments: Sequence[str]) -> int:
    """Exit status: 0 when it ended as asked, else 1 after one sentence."""
    stop_on_signals()
    home = Home(home_path())
    try:
        match list(arguments):
            case ["run"]:
                return run(home)
            case ["manage", *rest]:
                return manage(home, rest)
            case _:
                sys.stderr.write(f"{USAGE}\n")
    except Stopping:
        say("Stopped.")
        return 0
    except InstallationTrouble as trouble:
        sys.stderr.write(f"{trouble}\n")
    except OSError as error:
        sys.stderr.write(f"The installation in {home.path} cannot go on: {error}.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
