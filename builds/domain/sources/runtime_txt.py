"""`runtime.txt`: `python-3.12` or `python-3.12.3`, alone in the file but for blanks and, by today's rules, comments."""

from dataclasses import dataclass

from builds.domain.outcomes import PyPyUnsupported, RuntimeTxtInvalid
from builds.domain.sources.lines import DETAIL_CHARACTERS, meaningful_lines, trimmed, visible_text
from versions.domain.resolution import Wanted
from versions.domain.version import Series

NAME = "runtime.txt"
_PREFIX = "python-"


@dataclass(frozen=True, slots=True)
class RuntimeTxtRules:
    """What differs between rule sets: the 2018 page writes `python-3.6.` for a series, and PyPy once was offered.

    `knows_comments`: lines that begin with # don't count. Of old the file was the version and nothing else; its blanks
    were taken off by Python, which knows more of them than a shell does.
    """

    allows_trailing_dot: bool
    knows_comments: bool
    names_pypy: bool


def read_runtime_txt(
    contents: bytes, rules: RuntimeTxtRules, *, default_series: Series | None
) -> str | RuntimeTxtInvalid | PyPyUnsupported:
    """The version asked for, or why the file cannot be understood."""
    found = "\n".join(meaningful_lines(contents)) if rules.knows_comments else visible_text(contents).strip()
    text = trimmed(found)
    version = text.removeprefix(_PREFIX)
    if rules.allows_trailing_dot and version.endswith("."):
        series = Wanted.parse(version[:-1])
        version = version[:-1] if series and series.patch is None else version
    if text.startswith(_PREFIX) and Wanted.parse(version):
        return version
    if rules.names_pypy and text.startswith("pypy"):
        return PyPyUnsupported(text[:DETAIL_CHARACTERS], NAME, default_series)
    return RuntimeTxtInvalid(found[:DETAIL_CHARACTERS], default_series)
