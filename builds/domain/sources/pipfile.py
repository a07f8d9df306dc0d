"""`Pipfile`: the Python that its author wrote under `[requires]`."""

import tomllib

from builds.domain.outcomes import PipfileUnreadable

NAME = "Pipfile"
MAX_DOTS = 100  # in one line; the parser takes quadratic time and memory over dotted keys
MAX_VALUES = 4_000  # a Pipfile of a thousand packages has fewer
_PROBLEM_CHARACTERS = 100


def read_pipfile_fields(contents: bytes, *names: str) -> dict[str, str] | PipfileUnreadable:
    """Those of the named fields of `[requires]` that are there, as text. What is no text reads as Python prints it."""
    if max(line.count(b".") for line in contents.split(b"\n")) > MAX_DOTS:
        return PipfileUnreadable(f"a line with more than {MAX_DOTS} dots")
    if contents.count(b",") + contents.count(b"=") > MAX_VALUES:
        return PipfileUnreadable(f"more than {MAX_VALUES} values")
    try:
        document = tomllib.loads(contents.decode("utf-8"))
    except RecursionError:
        return PipfileUnreadable("nested too deeply")
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are both ValueErrors
        return PipfileUnreadable(str(error)[:_PROBLEM_CHARACTERS])
    requires = document.get("requires")
    fields = requires if isinstance(requires, dict) else {}
    return {name: str(fields[name]) for name in names if name in fields}
