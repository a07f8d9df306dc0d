"""The app's Procfile: one line for each process type, `web: gunicorn site.wsgi`."""

import os
import re
from pathlib import Path

NAME = "Procfile"
_LINE = re.compile(r"([A-Za-z0-9_-]+)\s*:\s*(\S.*)")
_LARGEST_BYTES = 64 * 1024


def procfile_command(app: Path, process: str) -> str | None:
    """The command line of a process type, for a shell; None when the Procfile, if there is one, does not name it.

    Of several lines for one type the last one counts. Links are followed as long as they stay inside the app.
    """
    matches = [match for match in map(_LINE.fullmatch, _lines(app)) if match]
    return next((match[2] for match in reversed(matches) if match[1] == process), None)


def absence(app: Path, process: str) -> str:
    """Why there is no such command, as the reason of a skipped step."""
    return f"the Procfile has no {process} line" if os.path.lexists(app / NAME) else "no Procfile"


def _lines(app: Path) -> list[str]:
    place = Path(os.path.realpath(app / NAME))
    if not place.is_relative_to(os.path.realpath(app)) or not place.is_file():
        return []
    with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        text = file.read(_LARGEST_BYTES).decode("utf-8-sig", "replace")
    return [line.strip() for line in text.split("\n")]
