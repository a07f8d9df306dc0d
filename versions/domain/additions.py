"""Several releases for several stacks at once, as patches of a day come."""

from collections.abc import Iterator
from dataclasses import dataclass

from versions.domain.edits import ReleaseEdit
from versions.domain.refusals import Fault, Refusal
from versions.domain.table import ReleaseEntry, Table
from versions.domain.version import Version

MOST_VERSIONS = 100


@dataclass(frozen=True, slots=True)
class Additions:
    """Every version is added to every stack that lacks it; what is there already stays as it is."""

    versions: tuple[Version, ...]
    stacks: tuple[str, ...]

    def applied(self, table: Table) -> Table:
        """Raises Refusal `stack::unknown`."""
        for stack, version in self._missing(table):
            table = ReleaseEdit(stack, ReleaseEntry(version)).applied(table)
        return table

    def present(self, table: Table) -> tuple[tuple[str, Version], ...]:
        """What need not be added, by stack."""
        missing = set(self._missing(table))
        return tuple(pair for pair in self._wanted() if pair not in missing)

    def _wanted(self) -> Iterator[tuple[str, Version]]:
        return ((stack, version) for stack in self.stacks for version in self.versions)

    def _missing(self, table: Table) -> list[tuple[str, Version]]:
        held = {stack.name: stack for stack in table.stacks}
        for name in self.stacks:
            if name not in held:
                raise Refusal("stack::unknown", stack=name)
        return [(stack, version) for stack, version in self._wanted() if held[stack].find_release(version) is None]


def read_versions(text: str) -> tuple[Version, ...]:
    """The releases that somebody pasted, separated by spaces, commas or lines, `Python ` before them or not.

    Raises Refusal `request::malformed` naming each word that is none, and for none or too many.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    words = [word for word in words if word.lower() != "python"]
    faults = [Fault("versions", f"{word[:40]!r} is not a release such as 3.12.4") for word in words if not _read(word)]
    if not words:
        faults.append(Fault("versions", "name at least one release, such as 3.12.4"))
    if len(words) > MOST_VERSIONS:
        faults.append(Fault("versions", f"name at most {MOST_VERSIONS} at once"))
    if faults:
        raise Refusal("request::malformed", faults=tuple(faults[:20]))
    return tuple(sorted({version for word in words if (version := _read(word))}))


def _read(word: str) -> Version | None:
    return Version.parse(word.removeprefix("python-").removeprefix("Python-"))
