"""What ended up installed, recorded at the end of a build so that two builds can be compared."""

import json
import os
import re

from builds.builder.failures import BuildFailure
from builds.builder.workshop import PYTHON_FOLDER, Workshop
from builds.domain.storable import storable_text

MAX_PACKAGES = 5_000
_MAX_TEXT_CHARACTERS = 200
_MAX_OUTPUT_BYTES = 2 * 1024**2
_TIMEOUT_SECONDS = 60.0
# Run by the app's own Python, whichever it is: 2.7 has no importlib.metadata and others may have no pip, but all
# installers leave the same folders behind. `-E -s` keep what is not the app's out of the search path, whose first entry
# is where the command runs.
_LISTING = r"""
import io, json, os, sys
found = {}
for folder in sys.path[1:]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        continue
    for name in names:
        if not name.endswith((".dist-info", ".egg-info")):
            continue
        path = os.path.join(folder, name)
        places = [os.path.join(path, "METADATA"), os.path.join(path, "PKG-INFO"), path]
        facts = {}
        for place in [place for place in places if os.path.isfile(place)][:1]:
            with io.open(place, encoding="utf-8", errors="replace") as file:
                for line in file:
                    if not line.strip():
                        break
                    key, _, value = line.partition(":")
                    facts.setdefault(key.lower(), value.strip())
        if facts.get("name") and facts.get("version"):
            found.setdefault(facts["name"], facts["version"])
print(json.dumps(found))
"""


def installed_packages(workshop: Workshop) -> dict[str, str] | None:
    """Versions by normalised name, from the app's Python itself; None when it has none or does not say.

    A build does not fail for this. Raises what `check` of the workshop raises.
    """
    if not os.path.lexists(workshop.python / "bin" / "python"):
        return None
    said = bytearray()

    def keep(data: bytes) -> None:
        said.extend(data[: _MAX_OUTPUT_BYTES - len(said)])

    command = [f"{workshop.root}/{PYTHON_FOLDER}/bin/python", "-E", "-s", "-c", _LISTING]
    try:
        status = workshop.run(command, keep, timeout_seconds=_TIMEOUT_SECONDS)
    except BuildFailure:
        return None
    return None if status else read_listing(bytes(said))


def read_listing(said: bytes) -> dict[str, str] | None:
    """The packages in what the interpreter printed: its last line, since the app's own start-up code may print too.

    The app could have said anything, so names and versions are cut and counted.
    """
    lines = said.decode("utf-8", "replace").splitlines()
    try:
        document = json.loads(lines[-1]) if lines else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    pairs = [(name, version) for name, version in document.items() if isinstance(version, str)]
    return {_normalised(name): _kept(version) for name, version in sorted(pairs)[:MAX_PACKAGES]}


def _normalised(name: str) -> str:
    """One spelling of a name that installers write in several."""
    return re.sub(r"[-_.]+", "-", _kept(name)).lower()


def _kept(text: str) -> str:
    return storable_text(text)[:_MAX_TEXT_CHARACTERS]
