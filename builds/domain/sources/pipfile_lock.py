"""`Pipfile.lock`: the Python that Pipenv wrote down under `_meta.requires` when the app was locked."""

from dataclasses import dataclass

from builds.domain.outcomes import LockUnreadable
from builds.domain.sources.json_dialects import JsonDialect
from builds.domain.sources.json_printing import raw_text
from builds.domain.sources.lock_json import JsonFault, read_documents

NAME = "Pipfile.lock"
FULL_VERSION = "python_full_version"
VERSION = "python_version"
VERSION_CHARACTERS = 50  # as much of a wrong version as an answer repeats
_PROBLEM_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Lock:
    """A readable lock. `requires`: for each document in the file its `_meta.requires`, or what is wrong with it."""

    requires: tuple[dict[str, object] | str, ...]
    dialect: JsonDialect

    def field(self, *names: str) -> str | None:
        """The first of the named fields that is neither null nor false, as text; None when there is none of them.

        A file with several documents yields a line for each, as jq prints them, which then is no version.
        """
        printed = "\n".join(self._printed(requires, names) for requires in self.requires)
        # A shell drops NUL and the line feeds at the end of what it captures.
        captured = printed.replace("\0", "").rstrip("\n")
        return None if captured == "null" else captured

    def _printed(self, requires: dict[str, object] | str, names: tuple[str, ...]) -> str:
        if isinstance(requires, str):
            return requires
        *preferred, last = names
        values = (requires.get(name) for name in preferred)
        chosen = next((value for value in values if value is not None and value is not False), requires.get(last))
        return raw_text(chosen, self.dialect)


def read_lock(contents: bytes, dialect: JsonDialect) -> Lock | LockUnreadable:
    """The lock, or why it is none. Of several documents the last one decides, as it decides jq's exit status."""
    try:
        documents = read_documents(contents, dialect)
    except JsonFault as fault:
        return LockUnreadable(str(fault)[:_PROBLEM_CHARACTERS])
    requires = tuple(_requires(document) for document in documents)
    if requires and isinstance(requires[-1], str):
        return LockUnreadable(requires[-1])
    return Lock(requires, dialect)


def _requires(document: object) -> dict[str, object] | str:
    """`_meta.requires`, empty when any part on the way is missing or null; a text says which part is no object."""
    value = document
    for place, name in (("the document", "_meta"), ("_meta", "requires")):
        if value is None:
            return {}
        if not isinstance(value, dict):
            return f"{place} is not an object"
        value = value.get(name)
    if value is None:
        return {}
    return value if isinstance(value, dict) else "_meta.requires is not an object"
