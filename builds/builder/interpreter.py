"""Installs the resolved Python into the app's folder."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from builds.builder.downloading import Wanted, fetch_archive
from builds.builder.failures import BuildFailure
from builds.builder.portal import Portal
from builds.builder.step_log import StepLog
from builds.builder.workshop import PYTHON_FOLDER, Workshop
from versions.archives.unpacking import unpack
from versions.domain.refusals import Refusal

_START_TIMEOUT_SECONDS = 60.0


def install_python(
    release: Mapping[str, object],
    workshop: Workshop,
    log: StepLog,
    *,
    portal: Portal,
    cache: Path,
    check: Callable[[], None],
) -> None:
    """Fetches, unpacks and starts the release of a detection's answer.

    Raises BuildFailure `python-version::no-artifact`, `install-python::…`.
    """
    version = str(release["version"])
    artifact = release.get("artifact")
    if not isinstance(artifact, dict):
        raise BuildFailure("python-version::no-artifact", version)
    wanted = Wanted(str(artifact["url"]), str(artifact["sha256"]), artifact.get("size"))
    archive, was_cached = fetch_archive(wanted, portal, cache, check)
    source = "from this builder's cache" if was_cached else f"fetched from {wanted.address}"
    log.say(f"Archive {source} ({archive.stat().st_size:,} bytes, sha256 {wanted.sha256})")
    _unpack(archive, workshop)
    _check_starts(version, workshop, log)


def _unpack(archive: Path, workshop: Workshop) -> None:
    """No command of the app runs now, so what is looked at here stays as it is until it is used."""
    parent = workshop.python.parent
    if os.path.lexists(workshop.python) or parent.is_symlink() or (parent.exists() and not parent.is_dir()):
        raise BuildFailure("install-python::folder-in-the-way", PYTHON_FOLDER)
    parent.mkdir(mode=0o755, exist_ok=True)
    try:
        unpack(archive, workshop.python)
    except Refusal as refusal:
        raise BuildFailure("install-python::unusable", str(refusal.facts.get("problem", refusal.code))) from refusal
    workshop.give(parent)


def _check_starts(version: str, workshop: Workshop, log: StepLog) -> None:
    """The interpreter itself says which release it is; the table's word alone is not believed."""
    said = bytearray()
    python = f"{workshop.root}/{PYTHON_FOLDER}/bin/python"
    if not os.path.lexists(workshop.python / "bin" / "python"):
        python += version.partition(".")[0]
    log.exit_code = workshop.run([python, "--version"], said.extend, timeout_seconds=_START_TIMEOUT_SECONDS)
    told = said.decode(errors="replace").strip()[:200]
    if log.exit_code or told != f"Python {version}":
        raise BuildFailure("install-python::unusable", f"it says {told or 'nothing'}, not Python {version}")
    log.say(f"{told} installed in {PYTHON_FOLDER}")
