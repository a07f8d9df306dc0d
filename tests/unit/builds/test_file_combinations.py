"""Every way in which the files that decide can stand beside each other, under both rule sets."""

from collections.abc import Iterator
from itertools import combinations

from builds.domain.detection import Detection
from tests.unit.builds.asked import current, documented
from tests.unit.builds.trees import Files

CONTENTS: Files = {
    "Pipfile": '[requires]\npython_version = "3.10"\n',
    "Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.11"}}}',
    "requirements.txt": "",
    "poetry.lock": "",
    "uv.lock": "",
    "pyproject.toml": "",
    "setup.py": "",
    "runtime.txt": "python-3.12\n",
    ".python-version": "3.14\n",
}
MANAGERS = {"Pipfile.lock": "pipenv", "requirements.txt": "pip", "poetry.lock": "poetry", "uv.lock": "uv"}


def trees() -> Iterator[Files]:
    for count in range(1, len(CONTENTS) + 1):
        for names in combinations(CONTENTS, count):
            yield {name: CONTENTS[name] for name in names}


def outcome(detection: Detection) -> tuple[str | None, tuple[str, str] | None, tuple[str, str | None] | None]:
    """The manager, the request and the failure of an answer."""
    asked, failure = detection.request, detection.failure
    return (
        detection.package_manager,
        (asked.version, asked.origin) if asked else None,
        (failure.code, failure.detail) if failure else None,
    )


def test_todays_rules() -> None:
    for files in trees():
        managers = [manager for name, manager in MANAGERS.items() if name in files]
        found = outcome(current(files))
        if "Pipfile" in files and "Pipfile.lock" not in files:
            assert found == (None, None, ("package-manager::pipenv-missing-lockfile", None))
        elif len(managers) > 1:
            assert found == (None, None, ("package-manager::multiple-found", ",".join(managers)))
        elif not managers:
            code = "setup-py-only" if "setup.py" in files else "none-found"
            assert found == (None, None, (f"package-manager::{code}", None))
        else:
            assert found == (managers[0], *asked_of(files, managers[0]))


def asked_of(files: Files, manager: str) -> tuple[tuple[str, str], tuple[str, None] | None]:
    """Which request goes before the others, and what uv has against it."""
    if "runtime.txt" in files:
        return ("3.12", "runtime.txt"), ("runtime-txt::not-supported", None) if manager == "uv" else None
    if ".python-version" in files:
        return ("3.14", ".python-version"), None
    if manager == "pipenv":
        return ("3.11", "Pipfile.lock"), None
    return ("3.13", "default"), ("python-version-file::not-found", None) if manager == "uv" else None


def test_documented_rules() -> None:
    for files in trees():
        detection = documented(files)
        if not files.keys() & {"Pipfile", "requirements.txt", "setup.py"}:
            assert not detection.is_detected
            continue
        pipenv = "Pipfile" in files
        read = ("runtime.txt", *(("Pipfile.lock", "Pipfile") if pipenv else ()))
        versions = {"runtime.txt": "3.12", "Pipfile.lock": "3.11", "Pipfile": "3.10", "default": "3.12"}
        origin = next((name for name in read if name in files), "default")
        assert outcome(detection) == ("pipenv" if pipenv else "pip", (versions[origin], origin), None)
