"""Which Chromium the browser tests drive: the machine's, Debian's, or Playwright's own download."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOADS = "chromium-*/chrome-linux*/chrome"
SECONDS = 240


def found_chromium() -> Path | None:
    """A Chromium that is installed and starts; CHROMIUM names one outright."""
    named = [os.environ.get("CHROMIUM"), *(shutil.which(name) for name in NAMES)]
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for candidate in [*named, *map(str, sorted(cache.glob(DOWNLOADS), reverse=True))]:
        if candidate and succeeds([candidate, "--version"]):
            return Path(candidate)
    return None


def install_chromium() -> None:
    """Try Debian's package when root, then Playwright's download; finding none is no error."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if succeeds(["apt-get", "update", "-qq"], quiet):
            succeeds(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], quiet)
    if found_chromium() is None:
        succeeds([sys.executable, "-m", "playwright", "install", "chromium"])


def succeeds(command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Whether the command ends well within its time."""
    try:
        outcome = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return outcome.returncode == 0
